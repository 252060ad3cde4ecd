package statement

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/money"
)

// Guess proposes a mapping for a CSV file by its headers and its first rows, and
// says in sentences what a person should look at. A proposal may lack columns:
// Mapping.Check tells, and Preview shows what comes of it.
func Guess(data []byte) (Mapping, []string) {
	m := Mapping{Encoding: encodingOf(data), Decimal: "."}
	body := text(data, m.Encoding)
	lines := sample(body)
	m.Delimiter, _ = delimiterOf(lines)
	if m.Delimiter == "" {
		return m, []string{"No delimiter was found; is this a CSV file?"}
	}
	g := &guess{Mapping: m, sheet: &sheet{Mapping: m, lines: splitLines(body), column: map[string]int{}}}
	g.header()
	g.rows()
	g.columns()
	g.numbers()
	g.dates()
	g.headless(data)
	g.tryBalance(data)
	return g.Mapping, g.doubts
}

// sampleLines is how much of a file Guess looks at.
const sampleLines = 200

func sample(s string) []string {
	if len(s) > 256<<10 {
		s = s[:256<<10]
		s = s[:strings.LastIndexByte(s, '\n')+1]
	}
	var out []string
	for _, l := range splitLines(s) {
		if strings.TrimSpace(l) != "" && len(out) < sampleLines {
			out = append(out, l)
		}
	}
	return out
}

// encodingOf names the encoding for a saved mapping; "" for what says it itself.
func encodingOf(data []byte) string {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if strings.HasPrefix(string(data[:min(3, len(data))]), mark) {
			return ""
		}
	}
	if text(data, "utf-8") == string(data) {
		return "utf-8"
	}
	return guessCharset(data)
}

// delimiterOf takes the sign that cuts most lines into the same number of
// cells, and tells that number.
func delimiterOf(lines []string) (best string, cells int) {
	score := 0
	for _, d := range []string{";", "\t", "|", ","} {
		count := map[int]int{}
		for _, l := range lines {
			if c, ok := cut(l, d); ok && len(c) > 1 {
				count[len(c)]++
			}
		}
		for n, times := range count {
			if s := times * min(n, 8); times > 1 && (s > score || s == score && best == d && n > cells) {
				best, cells, score = d, n, s
			}
		}
	}
	return best, cells
}

type guess struct {
	Mapping
	sheet  *sheet
	head   []string // nil where the file has none
	data   []row
	doubts []string
}

func (g *guess) doubt(s string) { g.doubts = append(g.doubts, s) }

// header is the line that holds most known words, at least a date and an amount.
func (g *guess) header() {
	best := 1
	for i := range min(headerReach, len(g.sheet.lines)) {
		cells, next := g.sheet.split(i, 0)
		known := map[role]bool{}
		for _, c := range cells {
			if r, ok := rankOf(c); ok {
				known[r.role] = true
			}
		}
		if len(known) > best && (known[roleDate] || known[roleValueDate]) {
			best, g.head, g.HeaderLine = len(known), cells, i+1
			g.sheet.next, g.sheet.header = next, cells
		}
	}
	if g.head == nil {
		g.doubt("No line with the names of the columns was found; choose them by number.")
	}
}

func (g *guess) rows() {
	for len(g.data) < sampleLines {
		r, ok := g.sheet.row()
		if !ok {
			return
		}
		if g.head == nil || len(r.cells) >= len(g.head)-1 {
			g.data = append(g.data, r)
		}
	}
}

// name is how a mapping calls column i.
func (g *guess) name(i int) string {
	if g.head == nil || i >= len(g.head) || g.head[i] == "" || strings.HasPrefix(g.head[i], "#") {
		return "#" + strconv.Itoa(i+1)
	}
	for j, h := range g.head {
		if j != i && strings.EqualFold(words(h), words(g.head[i])) {
			return "#" + strconv.Itoa(i+1)
		}
	}
	return g.head[i]
}

// values are what a column holds, without empty cells.
func (g *guess) values(i int) (out []string) {
	for _, r := range g.data {
		if i < len(r.cells) && r.cells[i] != "" {
			out = append(out, r.cells[i])
		}
	}
	return out
}

func (g *guess) columns() {
	width := len(g.head)
	if g.head == nil && len(g.data) > 0 {
		width = len(g.data[0].cells)
	}
	best := map[role]int{}
	place := map[role]int{}
	for i := range width {
		r := g.roleOf(i)
		if r.role == noRole {
			continue
		}
		if r.role == roleText {
			g.Text = append(g.Text, g.name(i))
			continue
		}
		if _, taken := best[r.role]; !taken || r.place < place[r.role] {
			best[r.role], place[r.role] = i, r.place
		}
	}
	for r, to := range g.fields() {
		if i, ok := best[r]; ok {
			*to = g.name(i)
		}
	}
	g.choose(best)
}

// roleOf goes by the header, where the cells do not say otherwise, or by the
// cells alone in a file without header.
func (g *guess) roleOf(i int) rank {
	values := g.values(i)
	if g.head == nil {
		return rank{role: bare0(values)}
	}
	r, ok := rankOf(g.head[i])
	if !ok {
		return rank{}
	}
	sides, dates := all(values, func(v string) bool { _, ok := goesOut(v); return ok }), all(values, isDate)
	codes := all(values, func(v string) bool { _, ok := money.Exponent(v); return ok })
	switch {
	case len(values) == 0:
	case codes && r.role != roleCurrency: // "Valuta" is a date to some and a currency to others
		return rank{role: roleCurrency, place: 99}
	case r.role == roleDate || r.role == roleValueDate:
		if !dates {
			return rank{}
		}
	case sides && r.role == roleText:
		return rank{}
	case sides && (r.role == roleDebit || r.role == roleCredit || r.role == roleAmount):
		return rank{role: roleSide, place: r.place}
	case r.role == roleSide && !sides:
		return rank{}
	case r.role == roleAmount || r.role == roleDebit || r.role == roleCredit || r.role == roleBalance || r.role == roleFee:
		if !all(values, isNumber) {
			return rank{}
		}
	}
	return r
}

// bare0 tells a column without header by its cells.
func bare0(values []string) role {
	switch {
	case len(values) == 0:
		return noRole
	case all(values, isDate):
		return roleDate
	case all(values, func(v string) bool { _, ok := money.Exponent(v); return ok }):
		return roleCurrency
	case all(values, func(v string) bool { return isIBAN(bare(v)) }):
		if slices.Compact(slices.Clone(values))[0] == values[len(values)-1] {
			return roleAccount
		}
		return roleIBAN
	case all(values, func(v string) bool { return isNumber(v) && strings.ContainsAny(v, ".,") }):
		return roleAmount
	case all(values, func(v string) bool { return strings.ContainsAny(v, "abcdefghijklmnopqrstuvwxyz ") || len(v) > 12 }):
		return roleText
	}
	return noRole
}

func (g *guess) fields() map[role]*string {
	m := &g.Mapping
	return map[role]*string{roleDate: &m.Date, roleValueDate: &m.ValueDate, roleAmount: &m.Amount, roleSide: &m.Side, roleDebit: &m.Debit,
		roleCredit: &m.Credit, roleBalance: &m.Balance, roleFee: &m.Fee, rolePayee: &m.Payee, roleCurrency: &m.Currency, roleAccount: &m.Account, roleName: &m.Name, roleIBAN: &m.IBAN,
		roleBIC: &m.BIC, roleReference: &m.Reference, roleEndToEnd: &m.EndToEndID, roleBankRef: &m.BankRef, roleStatus: &m.Status}
}

// choose resolves what excludes one another.
func (g *guess) choose(best map[role]int) {
	if g.Date == "" { // a file that knows only one kind of date
		g.Date, g.ValueDate = g.ValueDate, ""
	}
	if g.Amount != "" {
		g.Debit, g.Credit = "", ""
	} else if g.Debit == "" && g.Credit == "" {
		g.doubt("No column with amounts was recognised; choose it.")
	}
	if g.Date == "" {
		g.doubt("No column with dates was recognised; choose it.")
	}
	if g.Amount == "" {
		g.Side = ""
	} else if i, ok := best[roleAmount]; ok && g.Side == "" && !slices.ContainsFunc(g.values(i), func(v string) bool { return strings.ContainsAny(v, "-−(SD") }) && len(g.values(i)) > 2 {
		g.doubt("All amounts are positive; if the file has outgoing money, choose the column that tells debit from credit.")
	}
	if g.Currency == "" {
		for _, h := range g.head {
			if c := currencyIn(h); c != "" {
				g.FixedCurrency = c
			}
		}
		if g.FixedCurrency == "" {
			g.doubt("The file does not name its currency; choose it.")
		}
	}
}

var currencyWord = regexp.MustCompile(`(?:^|[^A-Za-z])([A-Z]{3})\)?$`)

// currencyIn finds a currency at the end of a header: Betrag (EUR), Gutschrift in CHF.
func currencyIn(header string) string {
	if strings.Contains(header, "€") || strings.HasSuffix(strings.ToLower(header), "euros") {
		return "EUR"
	}
	if m := currencyWord.FindStringSubmatch(strings.TrimSpace(header)); m != nil {
		if _, ok := money.Exponent(m[1]); ok {
			return m[1]
		}
	}
	return ""
}

func all(values []string, is func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !is(v) })
}

func isNumber(v string) bool {
	v = strings.TrimFunc(v, func(r rune) bool { return strings.ContainsRune(" \u00a0+-−()€$£ABCDEFGHIJKLMNOPQRSTUVWXYZ", r) })
	return v != "" && strings.Trim(v, "0123456789.,' \u00a0’\u202f") == ""
}

// numbers finds the decimal sign: the last one in a cell, where at most two
// digits follow, or three that cannot group.
func (g *guess) numbers() {
	comma, point := 0, 0
	for _, column := range []string{g.Amount, g.Debit, g.Credit, g.Balance} {
		for _, v := range g.values(g.index(column)) {
			v = strings.TrimRight(v, " -€)SHDCREU\u00a0")
			i := strings.LastIndexAny(v, ".,")
			switch {
			case i < 0 || len(v)-i-1 > 2:
			case v[i] == ',':
				comma++
			default:
				point++
			}
		}
	}
	if comma > point {
		g.Decimal = ","
	}
	if comma > 0 && point > 0 {
		g.doubt("Some amounts are written with a decimal comma and some with a point; check them.")
	}
}

// index is a column's place, far out for one that is not chosen.
func (g *guess) index(name string) int {
	if i, ok := columnOf(g.head, name); ok && name != "" {
		return i
	}
	return 1 << 20
}

// dateFormats in the order of likelihood; the first that reads every cell wins.
var dateFormats = []string{"YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "YYYYMMDD", "DD.MM.YY", "DD/MM/YY", "MM/DD/YY",
	"DD-MM-YY", "YYYY/MM/DD", "YYYY.MM.DD", "DD MMM YYYY", "DD-MMM-YYYY", "DD MMM YY", "DD-MMM-YY", "DD/MMM/YYYY", "MM-DD-YYYY", "DDMMYYYY"}

func isDate(v string) bool {
	return slices.ContainsFunc(dateFormats, func(f string) bool { _, ok := readDay(v, f); return ok })
}

func (g *guess) dates() {
	var fit []string
	values := g.values(g.index(g.Date))
	for _, f := range dateFormats {
		if len(values) > 0 && all(values, func(v string) bool { _, ok := readDay(v, f); return ok }) {
			fit = append(fit, f)
		}
	}
	if len(fit) == 0 {
		g.doubt("The order of day, month and year was not recognised; write it, such as DD.MM.YYYY.")
		return
	}
	g.DateFormat = fit[0]
	if len(fit) > 1 && strings.HasPrefix(fit[0], "DD") && strings.HasPrefix(fit[1], "MM") {
		g.doubt("Day and month cannot be told apart in this file; check the dates.")
	}
	if g.ValueDate != "" && !all(g.values(g.index(g.ValueDate)), func(v string) bool { _, ok := readDay(v, g.DateFormat); return ok }) {
		g.ValueDate = ""
	}
}
