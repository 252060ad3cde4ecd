package statement

import "strconv"

// tryBalance keeps a balance column only if it bears the amounts out.
func (g *guess) tryBalance(data []byte) {
	if g.Balance == "" || g.Mapping.Check() != nil {
		return
	}
	_, err := Parse(data, Hint{Kind: CSV, Mapping: &g.Mapping, Currency: "EUR"})
	if err == nil {
		return
	}
	keep := g.Balance
	g.Balance = ""
	if _, err = Parse(data, Hint{Kind: CSV, Mapping: &g.Mapping, Currency: "EUR"}); err == nil {
		g.doubt("The column " + strconv.Quote(short(keep)) + " does not follow from the amounts, so nothing proves that no line is missing.")
	} else {
		g.Balance = keep
	}
}

// headless finds amount and balance among the number columns of a file without
// headers: the pair whose sums hold. Without such a pair and with several
// columns, a person must say.
func (g *guess) headless(data []byte) {
	if g.head != nil || g.Amount == "" || len(g.data) == 0 {
		return
	}
	var columns []string
	for i := range g.data[0].cells {
		if bare0(g.values(i)) == roleAmount {
			columns = append(columns, g.name(i))
		}
	}
	for _, amount := range columns {
		for _, balance := range columns {
			g.Amount, g.Balance = amount, balance
			if amount == balance || g.Mapping.Check() != nil {
				continue
			}
			if all, err := Parse(data, Hint{Kind: CSV, Mapping: &g.Mapping, Currency: "EUR"}); err == nil && len(all) > 0 && len(all[0].Entries) > 1 {
				return
			}
		}
	}
	g.Balance = ""
	if g.Amount = columns[0]; len(columns) > 1 {
		g.Amount = ""
		g.doubt("Several columns hold amounts; choose the one that is the line's own.")
	}
}
