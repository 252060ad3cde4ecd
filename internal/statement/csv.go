package statement

import (
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Mapping says how one bank's CSV files are to be read. Columns are named by
// their header ("Betrag"), or by number ("#3") where the header is missing or
// stands twice; "" leaves a field out. A mapping is saved once a bank and used
// for every file.
type Mapping struct {
	Delimiter  string `json:"delimiter"`  // one of , ; | and tab
	Encoding   string `json:"encoding"`   // "utf-8", "windows-1252" …; "" lets the bytes decide
	HeaderLine int    `json:"headerLine"` // line of the header, from 1; 0 for none. Where it moved it is looked for
	DateFormat string `json:"dateFormat"` // of YYYY YY MM MMM DD and signs, as DD.MM.YYYY
	Decimal    string `json:"decimal"`    // "," or "."

	Date       string   `json:"date"`
	ValueDate  string   `json:"valueDate,omitempty"`
	Amount     string   `json:"amount,omitempty"` // signed, or with Side; else Debit and Credit
	Side       string   `json:"side,omitempty"`   // S/H, D/C, Af/Bij …
	Debit      string   `json:"debit,omitempty"`
	Credit     string   `json:"credit,omitempty"`
	Fee        string   `json:"fee,omitempty"`     // taken beside the amount
	Balance    string   `json:"balance,omitempty"` // of the account after the line: lets the sums be proven
	Currency   string   `json:"currency,omitempty"`
	Account    string   `json:"account,omitempty"` // the outlet's own
	Text       []string `json:"text,omitempty"`
	Name       string   `json:"name,omitempty"`
	Payee      string   `json:"payee,omitempty"` // the other side's name where money went out, if that is a column of its own
	IBAN       string   `json:"iban,omitempty"`
	BIC        string   `json:"bic,omitempty"`
	Reference  string   `json:"reference,omitempty"`
	EndToEndID string   `json:"endToEndId,omitempty"`
	BankRef    string   `json:"bankRef,omitempty"`
	Status     string   `json:"status,omitempty"` // tells pending lines from booked ones

	FixedCurrency string `json:"fixedCurrency,omitempty"` // where no column says it
	Turned        bool   `json:"turned,omitempty"`        // the file writes money that came in with a minus
}

// Check says what a mapping lacks.
func (m *Mapping) Check() error {
	f := fault.Fields{}
	if !slices.Contains([]string{",", ";", "|", "\t"}, m.Delimiter) {
		f["delimiter"] = "Choose comma, semicolon, bar or tab."
	}
	if m.Decimal != "," && m.Decimal != "." {
		f["decimal"] = "Choose comma or point."
	}
	if m.Date == "" {
		f["date"] = "Choose the column of the booking date."
	}
	if !validFormat(m.DateFormat) {
		f["dateFormat"] = "Write the order of the date, such as DD.MM.YYYY."
	}
	if (m.Amount == "") == (m.Debit == "" && m.Credit == "") {
		f["amount"] = "Choose the column of the amount, or those of debit and credit."
	}
	if m.FixedCurrency != "" {
		if _, ok := money.Exponent(m.FixedCurrency); !ok {
			f["fixedCurrency"] = "Write the currency's code, such as EUR."
		}
	}
	if e := strings.ToLower(m.Encoding); e != "" && !strings.HasPrefix(e, "utf-") && charsets[e] == nil {
		f["encoding"] = "Choose one of the known encodings."
	}
	if m.HeaderLine < 0 {
		f["headerLine"] = "Give the line of the header, or 0 if there is none."
	}
	return f.Err()
}

// sheet is a CSV file cut into rows.
type sheet struct {
	Mapping
	hint   Hint
	lines  []string
	next   int            // index of the line that the next row begins at
	header []string       // nil where there is none
	column map[string]int // place of each column that the mapping uses
}

// row is one line's cells.
type row struct {
	cells []string
	line  int // from 1
}

// headerReach is how far down a header is looked for.
const headerReach = 60

func openSheet(data []byte, hint Hint) (*sheet, error) {
	if hint.Mapping == nil {
		return nil, fault.New(fault.Invalid, "A CSV file can be read once it is said which column is which; choose or make a mapping for this bank.")
	}
	if err := hint.Mapping.Check(); err != nil {
		return nil, err
	}
	s := &sheet{Mapping: *hint.Mapping, hint: hint, column: map[string]int{}}
	s.lines = splitLines(text(data, s.Encoding))
	return s, s.findHeader()
}

func splitLines(s string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
}

// findHeader looks at the line that the mapping names, then around it: what
// stands above the table differs from one download to the next.
func (s *sheet) findHeader() error {
	if s.HeaderLine == 0 {
		return s.place(nil)
	}
	try := []int{s.HeaderLine - 1}
	for i := range min(headerReach, len(s.lines)) {
		try = append(try, i)
	}
	for _, i := range try {
		if i >= len(s.lines) {
			continue
		}
		cells, next := s.split(i, 0)
		if s.place(cells) == nil {
			s.header, s.next = cells, next
			return nil
		}
	}
	cells, _ := s.split(min(s.HeaderLine, len(s.lines))-1, 0)
	return s.place(cells)
}

// place finds every column of the mapping in a header.
func (s *sheet) place(header []string) error {
	for _, name := range s.names() {
		i, ok := columnOf(header, name)
		if !ok {
			return fault.New(fault.Invalid, "Line %d of the file has no column %q (it has %s); choose another mapping or change this one.",
				s.HeaderLine, short(name), short(strings.Join(header, ", ")))
		}
		s.column[name] = i
	}
	return nil
}

func (s *sheet) names() (out []string) {
	m := &s.Mapping
	for _, n := range append([]string{m.Date, m.ValueDate, m.Amount, m.Side, m.Debit, m.Credit, m.Fee, m.Balance, m.Currency, m.Account, m.Name, m.Payee, m.IBAN,
		m.BIC, m.Reference, m.EndToEndID, m.BankRef, m.Status}, m.Text...) {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

func columnOf(header []string, name string) (int, bool) {
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		n := 0
		for _, d := range digits {
			if d < '0' || d > '9' || n > 999 {
				return 0, false
			}
			n = n*10 + int(d-'0')
		}
		return n - 1, n > 0 && (header == nil || n <= len(header))
	}
	for i, h := range header {
		if strings.EqualFold(words(h), words(name)) {
			return i, true
		}
	}
	return 0, false
}

// row returns the next row that holds anything; false at the end.
func (s *sheet) row() (row, bool) {
	for s.next < len(s.lines) {
		at := s.next
		var cells []string
		cells, s.next = s.split(at, len(s.header))
		if strings.Join(cells, "") != "" {
			return row{cells, at + 1}, true
		}
	}
	return row{}, false
}

// split cuts the row at line i and returns the line behind it. A cell that
// begins with a quote ends at a quote before a delimiter or the line's end, up
// to ten lines below. Where no such quote comes, or both this line and a line
// below are whole rows by themselves, the quote is a payer's own in a file that
// does not quote, and must not swallow the next row.
func (s *sheet) split(i, want int) ([]string, int) {
	if cells, ok := cut(s.lines[i], s.Delimiter); ok {
		return cells, i + 1
	}
	plain := strings.Split(s.lines[i], s.Delimiter)
	whole := s.lines[i]
	for j := i + 1; j < min(i+11, len(s.lines)); j++ {
		if want > 1 && len(plain) >= want && strings.Count(s.lines[j], s.Delimiter) >= want-1 {
			break
		}
		whole += "\n" + s.lines[j]
		if cells, ok := cut(whole, s.Delimiter); ok {
			return cells, j + 1
		}
	}
	return trimAll(plain), i + 1
}

// cut splits one record; false where a quote stays open.
func cut(s, delimiter string) (cells []string, ok bool) {
	for {
		if !strings.HasPrefix(s, `"`) {
			cell, rest, more := strings.Cut(s, delimiter)
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, true
			}
			s = rest
			continue
		}
		end := closingQuote(s, delimiter)
		if end < 0 {
			return nil, false
		}
		cells = append(cells, strings.TrimSpace(strings.ReplaceAll(s[1:end], `""`, `"`)))
		if s = strings.TrimLeft(s[end+1:], " "); s == "" {
			return cells, true
		}
		s = s[len(delimiter):]
	}
}

// closingQuote finds the quote that ends a cell. Doubled quotes are text, and so
// is a single one before a letter: many banks do not double theirs.
func closingQuote(s, delimiter string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], " ")
		if rest == "" || strings.HasPrefix(rest, delimiter) {
			return i
		}
		if s[i+1] == '"' {
			i++
		}
	}
	return -1
}

func trimAll(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// cell is what a row holds in a column, "" where the column is not mapped.
func (s *sheet) cell(r row, name string) string {
	if name == "" {
		return ""
	}
	if i := s.column[name]; i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}
