package statement

import (
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/money"
)

// validFormat: a day, a month and a year, each once.
func validFormat(f string) bool {
	return strings.Count(f, "D") == 2 && strings.Contains(f, "DD") &&
		(strings.Count(f, "M") == 2 || strings.Count(f, "M") == 3) && strings.Contains(f, "MM") && strings.Trim(strings.ReplaceAll(f, "M", ""), "DY./- ") == "" &&
		(strings.Count(f, "Y") == 4 || strings.Count(f, "Y") == 2) && strings.Contains(f, strings.Repeat("Y", strings.Count(f, "Y"))) &&
		(!strings.Contains(f, "MMM") == (strings.Count(f, "M") == 2))
}

// months in English, because British and American banks write them so.
var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

func (s *sheet) date(r row, column string) (string, error) {
	cell := s.cell(r, column)
	if day, ok := readDay(cell, s.DateFormat); ok {
		return day, nil
	}
	return "", s.bad(r, column, cell, "no date like "+s.DateFormat)
}

// readDay reads a date of a format, single digits and a time behind it allowed.
func readDay(cell, format string) (string, bool) {
	if !strings.ContainsAny(format, "./- ") { // YYYYMMDD
		cell, _, _ = strings.Cut(cell, " ")
		if len(cell) != len(format) {
			return "", false
		}
		return assembleDay(pick(cell, format, 'Y'), pick(cell, format, 'M'), pick(cell, format, 'D'))
	}
	signs := func(r rune) bool { return strings.ContainsRune("./- ", r) }
	if before, _, ok := strings.Cut(cell, "T"); ok && strings.HasPrefix(format, "YYYY") {
		cell = before
	}
	parts, keys := strings.FieldsFunc(cell, signs), strings.FieldsFunc(format, signs)
	if len(parts) < len(keys) || (len(parts) > len(keys) && !strings.Contains(parts[len(keys)], ":")) || !sameSign(cell, format) {
		return "", false
	}
	found := map[byte]string{}
	for i, k := range keys {
		v := parts[i]
		if len(k) == 3 {
			v = strconv.Itoa(months[strings.ToLower(v[:min(3, len(v))])])
		} else if len(v) > len(k) {
			return "", false
		}
		found[k[0]] = v
	}
	return assembleDay(found['Y'], found['M'], found['D'])
}

// sameSign keeps 01/02/2026 from being read by DD.MM.YYYY.
func sameSign(cell, format string) bool {
	i, j := strings.IndexAny(cell, "./- "), strings.IndexAny(format, "./- ")
	return i >= 0 && j >= 0 && cell[i] == format[j]
}

func pick(cell, format string, key byte) string {
	from := strings.IndexByte(format, key)
	return cell[from : strings.LastIndexByte(format, key)+1]
}

func assembleDay(y, m, d string) (string, bool) {
	if len(y) == 2 {
		y = "20" + y
	}
	if len(y) != 4 {
		return "", false
	}
	year, err1 := strconv.Atoi(y)
	month, err2 := strconv.Atoi(m)
	day, err3 := strconv.Atoi(d)
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if err1 != nil || err2 != nil || err3 != nil || year < 1970 || t.Day() != day || int(t.Month()) != month {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

func (s *sheet) amount(r row, column, currency string) (int64, error) {
	cell := s.cell(r, column)
	plain, ok := plainAmount(cell, s.Decimal, currency)
	if ok {
		if a, err := money.ParseExact(plain, currency); err == nil {
			return a.Minor, nil
		}
	}
	return 0, s.bad(r, column, cell, "no amount in "+currency+" like "+map[string]string{",": "1.234,56", ".": "1,234.56"}[s.Decimal])
}

// plainAmount turns what banks write (1.234,56- EUR, (12.00), +3'000.50, 12,00 S)
// into a plain decimal. False where signs stand in places that make no number.
func plainAmount(cell, decimal, currency string) (string, bool) {
	s := strings.ToUpper(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "−", "-", "–", "-", "’", "'").Replace(cell))
	for _, sign := range []string{currency, "€", "$", "£", "CHF"} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), sign), sign))
	}
	minus := false
	take := func(prefix, suffix string, negative bool) {
		if prefix != "" && strings.HasPrefix(s, prefix) && strings.HasSuffix(s, suffix) || prefix == "" && strings.HasSuffix(s, suffix) {
			s, minus = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, prefix), suffix)), minus || negative
		}
	}
	take("(", ")", true)
	for _, mark := range []struct {
		suffix   string
		negative bool
	}{{" S", true}, {" H", false}, {" DR", true}, {" CR", false}, {" D", true}, {" C", false}} {
		take("", mark.suffix, mark.negative)
	}
	switch {
	case strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-"):
		s, minus = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "-"), "-")), !minus
	case strings.HasPrefix(s, "+"):
		s = strings.TrimSpace(s[1:])
	}
	for _, sign := range []string{currency, "€", "$", "£"} { // -$5.00
		s = strings.TrimSpace(strings.TrimPrefix(s, sign))
	}
	whole, frac, point := strings.Cut(s, decimal)
	whole, ok := ungroup(whole, decimal)
	if !ok || (point && frac == "") {
		return "", false
	}
	if whole == "" && frac != "" {
		whole = "0"
	}
	if point {
		whole += "." + frac
	}
	if minus {
		whole = "-" + whole
	}
	return whole, true
}

// ungroup takes grouping signs out of the digits before the decimal sign; they
// must group thousands, or lakhs, and be the same throughout.
func ungroup(s, decimal string) (string, bool) {
	group := ""
	for _, g := range []string{".", ",", "'", " "} {
		if g != decimal && strings.Contains(s, g) {
			if group != "" {
				return "", false
			}
			group = g
		}
	}
	if group == "" {
		return s, true
	}
	parts := strings.Split(s, group)
	for i, p := range parts {
		last := i == len(parts)-1
		lakh := len(p) == 2 && group == ","
		if p == "" || len(p) > 3 || (last && len(p) != 3) || (i > 0 && !last && len(p) != 3 && !lakh) {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

// goesOut reads a column of sides.
func goesOut(cell string) (out, known bool) {
	switch strings.ToLower(strings.Trim(words(cell), ". ")) {
	case "s", "soll", "d", "debit", "dbit", "db", "dr", "af", "debet", "out", "-", "lastschrift", "belastung", "w", "withdrawal", "cargo", "débit", "uit", "obciążenie":
		return true, true
	case "h", "haben", "c", "credit", "crdt", "cr", "bij", "in", "+", "gutschrift", "deposit", "abono", "crédit", "kredit", "uznanie":
		return false, true
	}
	return false, false
}
