package statement

// Preview shows the first lines of a CSV file as a mapping reads them.
type Preview struct {
	Header     []string   // the columns to choose from
	Rows       [][]string // the first rows as they stand
	Statements []Statement
}

// Look reads the first n rows. The error, fault.Invalid with line and column or
// fault.Fields of the mapping, comes beside as much as could be read.
func Look(data []byte, hint Hint, n int) (Preview, error) {
	var p Preview
	if hint.Mapping == nil {
		return p, refusal(Unknown, data)
	}
	raw := &sheet{Mapping: *hint.Mapping, lines: splitLines(text(data, hint.Mapping.Encoding)), column: map[string]int{}}
	if raw.Delimiter == "" {
		raw.Delimiter = ","
	}
	if h := raw.HeaderLine; h > 0 && h <= len(raw.lines) {
		p.Header, raw.next = raw.split(h-1, 0)
	}
	for len(p.Rows) < n {
		r, ok := raw.row()
		if !ok {
			break
		}
		p.Rows = append(p.Rows, r.cells)
	}
	s, err := openSheet(data, hint)
	if err != nil {
		return p, err
	}
	all, err := s.entries(n)
	for _, a := range all {
		p.Statements = append(p.Statements, a.Statement)
	}
	return p, err
}
