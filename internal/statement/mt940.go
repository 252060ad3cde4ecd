package statement

import (
	"regexp"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// swiftField is one tag with its lines, as :61: or :86:.
type swiftField struct {
	tag   string
	lines []string
	line  int // where it begins in the file, from 1
}

// tagLine matches only the tags of MT940 and the banks' additions to it: a line
// of text that starts with a colon is no field.
var tagLine = regexp.MustCompile(`^:(20|21|13D|25P?|28C?|60[FM]|61|86|62[FM]|64|65|34F|90[CD]|NS|940):(.*)$`)

// swiftReader cuts a file into messages. It takes what banks really send:
// envelopes or none, any line end, a missing last dash, headers before :20:.
type swiftReader struct {
	out     []Statement
	fields  []swiftField
	closing bool // the message has its closing balance
}

// readMT940 reads a file of SWIFT MT940 messages. Pages (:62M: to :60M:) become
// one statement.
func readMT940(data []byte) ([]Statement, error) {
	r := &swiftReader{}
	s := strings.ReplaceAll(strings.ReplaceAll(text(data, ""), "\r\n", "\n"), "\r", "\n")
	number := 0
	for line := range strings.SplitSeq(s, "\n") {
		number++
		if err := r.line(strings.TrimRight(line, "\x00\x1a\x03"), number); err != nil {
			return nil, err
		}
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(r.out) == 0 {
		return nil, fault.New(fault.Invalid, "There is no MT940 statement in this file; ask the bank for it again.")
	}
	return joinPages(r.out)
}

func (r *swiftReader) line(line string, number int) error {
	line, ended := unwrap(line)
	if m := tagLine.FindStringSubmatch(line); m != nil {
		if m[1] == "20" || (r.closing && startsPart(m[1])) {
			if err := r.end(); err != nil {
				return err
			}
		}
		r.closing = r.closing || strings.HasPrefix(m[1], "62")
		r.fields = append(r.fields, swiftField{tag: m[1], lines: []string{m[2]}, line: number})
	} else if n := len(r.fields); n > 0 && line != "" && (line != "-" || !r.closing) {
		r.fields[n-1].lines = append(r.fields[n-1].lines, line)
	}
	if ended || (line == "-" && r.closing) {
		return r.end()
	}
	return nil
}

// startsPart: some banks begin a further account without a new :20:.
func startsPart(tag string) bool {
	return tag == "25" || tag == "25P" || strings.HasPrefix(tag, "28") || strings.HasPrefix(tag, "60")
}

// unwrap takes a line out of the SWIFT envelope {1:…}{2:…}{4: … -}{5:…}.
func unwrap(line string) (rest string, ended bool) {
	if strings.HasPrefix(line, "{") || strings.HasPrefix(line, "\x01{") {
		if _, after, ok := strings.Cut(line, "{4:"); ok {
			return after, false
		}
		return "", false
	}
	if before, _, ok := strings.Cut(line, "-}"); ok && before == "" {
		if _, after, again := strings.Cut(line, "{4:"); again { // the next message begins on this line
			return after, true
		}
		return "", true
	}
	return line, false
}

// end makes a statement of the fields since the last one.
func (r *swiftReader) end() error {
	fields := r.fields
	r.fields, r.closing = nil, false
	if len(fields) == 0 || (len(fields) == 1 && fields[0].tag == "940") {
		return nil
	}
	s := Statement{Format: MT940}
	if err := s.swift(fields); err != nil {
		return err
	}
	if s.Account == "" && len(r.out) > 0 { // a further part of the same account
		s.Account = r.out[len(r.out)-1].Account
	}
	if s.Opening == nil || s.Closing == nil {
		return fault.New(fault.Invalid, "In %s, which begins at line %d, the %s balance is missing, so the file is cut off or damaged; download it from the bank again.",
			s.label(), fields[0].line, map[bool]string{true: "opening", false: "closing"}[s.Opening == nil])
	}
	s.datesOfYear()
	r.out = append(r.out, s)
	return nil
}

func (s *Statement) swift(fields []swiftField) error {
	var last *Entry // that a :86: would belong to
	for i := range fields {
		f := &fields[i]
		var err error
		switch f.tag {
		case "20":
			s.ID = words(f.lines[0])
		case "25", "25P":
			s.Account, s.Currency = ownAccount(f.lines[0])
		case "28", "28C":
			s.sequence(f.lines[0])
		case "60F", "60M", "62F", "62M", "64", "65":
			err = s.swiftBalance(f)
		case "61":
			last, err = s.swiftEntry(f)
		case "86":
			if last != nil {
				last.information(f.lines)
			} else {
				s.Text = joinWords(s.Text, joinCut(f.lines, 65))
			}
		}
		if err != nil {
			return err
		}
		if f.tag != "61" && f.tag != "86" {
			last = nil
		}
	}
	return nil
}

// sequence reads :28C:, number/page.
func (s *Statement) sequence(v string) {
	number, page, _ := strings.Cut(strings.TrimSpace(v), "/")
	s.Number = strings.TrimLeft(number, "0")
	s.Page, _ = strconv.Atoi(strings.TrimSpace(page))
}

var swiftBalance = regexp.MustCompile(`^(C|D|RC|RD) ?(\d{6}) ?([A-Z]{3}) ?([0-9.,]+)`)

func (s *Statement) swiftBalance(f *swiftField) error {
	m := swiftBalance.FindStringSubmatch(f.lines[0])
	if m == nil {
		if strings.HasPrefix(f.tag, "6") && f.tag < "64" {
			return damaged(f)
		}
		return nil // an available balance is only for information
	}
	if s.Currency == "" || f.tag[0:2] == "60" {
		s.Currency = m[3]
	}
	amount, err := swiftAmount(m[4], m[3])
	date, ok := sixDigits(m[2])
	if err != nil || !ok {
		return damaged(f)
	}
	if strings.HasSuffix(m[1], "D") {
		amount = -amount
	}
	b := Balance{Type: f.tag, Currency: m[3], Amount: amount, Date: date}
	s.Balances = append(s.Balances, b)
	switch f.tag[:2] {
	case "60":
		s.Opening = &b
	case "62":
		s.Closing = &b
	}
	return nil
}

func damaged(f *swiftField) error {
	return fault.New(fault.Invalid, "Line %d of the file, :%s:%s, cannot be read, so nothing was taken from it; download it from the bank again.",
		f.line, f.tag, short(f.lines[0]))
}

// swiftAmount reads 1234,5 and 12, and, because some banks do it, 12.34.
func swiftAmount(s, currency string) (int64, error) {
	s = strings.Replace(s, ",", ".", 1)
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	a, err := money.ParseExact(strings.TrimSuffix(s, "."), currency)
	return a.Minor, err
}

// joinPages puts the pages of a long statement together. A page that does not
// go on where the last one stopped means that a page is missing.
func joinPages(pages []Statement) ([]Statement, error) {
	var out []Statement
	for _, p := range pages {
		n := len(out) - 1
		if p.Opening.Type != "60M" || n < 0 || out[n].Closing.Type != "62M" || out[n].Account != p.Account {
			out = append(out, p)
			continue
		}
		last := &out[n]
		if last.Closing.Amount != p.Opening.Amount || last.Closing.Currency != p.Opening.Currency {
			return nil, p.refuse("page %d opens with %s, but the page before closes with %s", p.Page,
				say(p.Opening.Currency, p.Opening.Amount), say(last.Closing.Currency, last.Closing.Amount))
		}
		last.Closing, last.Balances = p.Closing, append(last.Balances, p.Balances...)
		last.Entries, last.Pending = append(last.Entries, p.Entries...), append(last.Pending, p.Pending...)
		last.Text = joinWords(last.Text, p.Text)
	}
	return out, nil
}
