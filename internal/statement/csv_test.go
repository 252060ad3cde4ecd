package statement

import (
	"errors"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// guessed reads a sample by the mapping that Guess proposes for it.
func guessed(t *testing.T, name string, hint Hint) ([]Statement, Mapping, []string) {
	t.Helper()
	data := sampleFile(t, name)
	m, doubts := Guess(data)
	hint.Mapping = &m
	return mustParse(t, data, hint), m, doubts
}

func TestAGuessedMappingReadsEachBanksFile(t *testing.T) {
	for _, c := range []struct {
		file, account, currency string
		proven                  bool
		want                    []Entry // BookedAt, Amount and one Detail's facts
	}{
		{"de-sparkasse.csv", ourIBAN, "EUR", false, []Entry{
			{BookedAt: "2026-01-15", Amount: 5000, Details: []Detail{{EndToEndID: "LATERNE-JAN-26", Remittance: "GUTSCHR. UEBERWEISUNG RF71480173529",
				Counterparty: Party{Name: "Erika Mustermann", IBAN: erika, BIC: "COBADEFFXXX"}}}},
			{BookedAt: "2026-01-14", Amount: -1250, Details: []Detail{{Remittance: "ENTGELTABSCHLUSS Entgelte für Dezember", Counterparty: Party{Name: "Sparkasse"}}}}}},
		{"de-dkb.csv", "", "EUR", false, []Entry{
			{BookedAt: "2026-01-16", Amount: 100000, Details: []Detail{{Remittance: `Spende "Laterne" 2026`, Counterparty: Party{Name: `Der "Bote" e. V.`, IBAN: erika}}}},
			{BookedAt: "2026-01-15", Amount: 5000, Details: []Detail{{EndToEndID: "LATERNE-JAN-26", Remittance: "RF71480173529", Counterparty: Party{Name: "Erika Mustermann", IBAN: erika}}}}}},
		{"nl-ing.csv", "NL35INGB0004455667", "EUR", true, []Entry{
			{BookedAt: "2026-01-16", Amount: 2500, Details: []Detail{{Remittance: "Donatie RF71480173529", Counterparty: Party{Name: "J. de Vries", IBAN: trio}}}},
			{BookedAt: "2026-01-15", Amount: -157, Details: []Detail{{Remittance: "TOTAAL 1 VZ", Counterparty: Party{Name: "Kosten"}}}},
			{BookedAt: "2026-01-15", Amount: 1000, Details: []Detail{{Remittance: "E2E-2026-77", Counterparty: Party{Name: "Stichting Dageraad", IBAN: trio}}}}}},
		{"ch-postfinance.csv", "", "CHF", false, []Entry{
			{BookedAt: "2026-01-15", Amount: 110000, Details: []Detail{{Remittance: "GUTSCHRIFT MUSTER HANS QRR 210000000003139471430009017"}}},
			{BookedAt: "2026-01-14", Amount: -500, Details: []Detail{{Remittance: "PREIS FÜR KONTOFÜHRUNG"}}}}},
		{"gb-bank.csv", "", "GBP", true, []Entry{
			{BookedAt: "2026-01-02", Amount: 1050, Details: []Detail{{Remittance: "MS A SMITH, LANTERN GIFT"}}},
			{BookedAt: "2026-01-05", Amount: -200, Details: []Detail{{Remittance: "CARD FEE"}}},
			{BookedAt: "2026-01-13", Amount: 120000, Details: []Detail{{Remittance: `O"NEIL "THE" BOY`}}}}},
		{"us-bank.csv", "", "GBP", true, []Entry{
			{BookedAt: "2026-01-15", Amount: 2500, Details: []Detail{{Remittance: "ZELLE PAYMENT FROM A SMITH"}}},
			{BookedAt: "2026-01-13", Amount: -1200, Details: []Detail{{Remittance: "MONTHLY FEE"}}}}},
		{"fr-banque.csv", "", "EUR", false, []Entry{
			{BookedAt: "2026-01-15", Amount: 3000, Details: []Detail{{Remittance: "VIR DE MME DUPONT"}}},
			{BookedAt: "2026-01-16", Amount: -420, Details: []Detail{{Remittance: "FRAIS"}}}}},
		{"abn-no-header.tab", "", "EUR", true, []Entry{
			{BookedAt: "2026-01-26", Amount: 1500, Details: []Detail{{Remittance: "SEPA OVERBOEKING IBAN: " + trio + " NAAM: J DE VRIES"}}},
			{BookedAt: "2026-01-26", Amount: -450, Details: []Detail{{Remittance: "GEA NR:S5O515 26.01.26 ANWB"}}}}},
	} {
		all, m, doubts := guessed(t, c.file, Hint{Currency: "GBP"})
		s := all[0]
		if len(all) != 1 || s.Account != c.account || s.Currency != c.currency || s.Proven() != c.proven || len(s.Entries) != len(c.want) {
			t.Errorf("%s by %+v (%q): %+v", c.file, m, doubts, all)
			continue
		}
		for i, want := range c.want {
			d := want.Details[0]
			d.Amount = want.Amount
			if got := s.Entries[i]; got.BookedAt != want.BookedAt || got.Amount != want.Amount || got.Details[0] != d {
				t.Errorf("%s, line %d: %+v, want %+v", c.file, i+1, got, want)
			}
		}
	}
}

func TestPendingRowsAndFeesOfAFileAreKeptApart(t *testing.T) {
	all, _, _ := guessed(t, "revolut.csv", Hint{})
	if len(all) != 2 || all[0].Currency != "EUR" || all[1].Currency != "USD" {
		t.Fatalf("the accounts are %+v", all)
	}
	if len(all[0].Pending) != 1 || len(all[0].Entries) != 1 {
		t.Errorf("a payment that was taken back counts: %+v", all[0])
	}
	if e := all[1].Entries[0]; e.Amount != 650 || len(e.Details) != 2 || e.Details[0].Amount != 700 || e.Details[1] != (Detail{Amount: -50, Charge: true}) {
		t.Errorf("the fee is lost: %+v", e)
	}
	if all, _, _ := guessed(t, "de-sparkasse.csv", Hint{}); len(all[0].Pending) != 1 || all[0].Pending[0].Amount != -123000 {
		t.Errorf("pending: %+v", all[0].Pending)
	}
}

func plainMapping() *Mapping {
	return &Mapping{Delimiter: ";", HeaderLine: 1, DateFormat: "DD.MM.YYYY", Decimal: ",", Date: "Datum", Amount: "Betrag", Text: []string{"Text"}, FixedCurrency: "EUR"}
}

func TestACSVFaultIsNamedByLineAndColumn(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		edit func(*Mapping)
		say  []string
	}{
		"an amount":          {"Datum;Betrag;Text\n1.1.2026;1,00;a\n2.1.2026;1.5;b\n", nil, []string{"Line 3", `"Betrag"`, `"1.5"`, "1.234,56"}},
		"too many decimals":  {"Datum;Betrag;Text\n1.1.2026;1,005;a\n", nil, []string{"Line 2", `"1,005"`}},
		"a date":             {"Datum;Betrag;Text\n31.02.2026;1,00;a\n", nil, []string{"Line 2", `"Datum"`, `"31.02.2026"`, "DD.MM.YYYY"}},
		"another date order": {"Datum;Betrag;Text\n01/02/2026;1,00;a\n", nil, []string{"Line 2", `"Datum"`}},
		"an empty amount":    {"Datum;Betrag;Text\n01.02.2026;;a\n", nil, []string{"Line 2", `"Betrag"`, `""`}},
		"a missing column":   {"Datum;Summe;Text\n01.02.2026;1,00;a\n", nil, []string{"Line 1", `"Betrag"`, "Datum, Summe, Text"}},
		"a side":             {"Datum;Betrag;Text\n01.02.2026;1,00;x\n", func(m *Mapping) { m.Side = "Text" }, []string{"Line 2", `"Text"`, "neither debit nor credit"}},
		"both columns":       {"Datum;Soll;Haben\n01.02.2026;1,00;2,00\n", func(m *Mapping) { m.Amount, m.Debit, m.Credit, m.Text = "", "Soll", "Haben", nil }, []string{"Line 2", `"Soll"`, "Haben"}},
		"a currency":         {"Datum;Betrag;Text\n01.02.2026;1,00;QQQ\n", func(m *Mapping) { m.Currency = "Text" }, []string{"Line 2", `"QQQ"`, "currency"}},
		"no currency at all": {"Datum;Betrag;Text\n01.02.2026;1,00;a\n", func(m *Mapping) { m.FixedCurrency = "" }, []string{"does not say its currency"}},
		"no line":            {"Datum;Betrag;Text\n;;\n", nil, []string{"no line with a date"}},
		"a broken balance":   {"Datum;Betrag;Text\n01.02.2026;1,00;1,00\n02.02.2026;2,00;3,50\n", func(m *Mapping) { m.Balance = "Text" }, []string{"balance at line 3"}},
	} {
		m := plainMapping()
		if c.edit != nil {
			c.edit(m)
		}
		t.Run(name, func(t *testing.T) { refused(t, []byte(c.file), Hint{Kind: CSV, Mapping: m}, c.say...) })
	}
}

func TestAnUnusableMappingIsExplainedByField(t *testing.T) {
	_, err := Parse([]byte("a;b\n1;2\n"), Hint{Kind: CSV, Mapping: &Mapping{Delimiter: "x", Decimal: "·", DateFormat: "DDD", FixedCurrency: "XXXX", Encoding: "ebcdic", HeaderLine: -1}})
	var f fault.Fields
	if !errors.As(err, &f) {
		t.Fatalf("%v is not by field", err)
	}
	for _, name := range []string{"delimiter", "decimal", "date", "dateFormat", "amount", "fixedCurrency", "encoding", "headerLine"} {
		if f[name] == "" {
			t.Errorf("nothing is said of %s in %v", name, f)
		}
	}
}

func TestAmountsOfAllStylesAreRead(t *testing.T) {
	for _, c := range []struct {
		cell, decimal, currency, want string
	}{
		{"1.234,56", ",", "EUR", "1234.56"}, {"-1.234,56", ",", "EUR", "-1234.56"}, {"1.234,56-", ",", "EUR", "-1234.56"}, {"+12,5", ",", "EUR", "12.5"},
		{"1.234", ",", "EUR", "1234"}, {"1,234.56", ".", "USD", "1234.56"}, {"(12.00)", ".", "USD", "-12.00"}, {"$1,000.00", ".", "USD", "1000.00"},
		{"-$5.00", ".", "USD", "-5.00"}, {"1'234.50", ".", "CHF", "1234.50"}, {"CHF 1’234.50", ".", "CHF", "1234.50"}, {"1 234,50 €", ",", "EUR", "1234.50"},
		{"1\u00a0234,50 EUR", ",", "EUR", "1234.50"}, {"12,00 S", ",", "EUR", "-12.00"}, {"12,00 H", ",", "EUR", "12.00"}, {"−3,00", ",", "EUR", "-3.00"},
		{"10.00 CR", ".", "GBP", "10.00"}, {"10.00 DR", ".", "GBP", "-10.00"}, {"10,00,000.00", ".", "INR", "1000000.00"}, {",50", ",", "EUR", "0.50"}, {"3000", ",", "JPY", "3000"},
	} {
		if got, ok := plainAmount(c.cell, c.decimal, c.currency); !ok || got != c.want {
			t.Errorf("%q is read as %q, want %q", c.cell, got, c.want)
		}
	}
	for _, bad := range []string{"", "12.34", "1.23.456", "1.2345", "1 23,4", ".,5", "abc", "1,2,3", "--5", "1,", "5e3"} {
		if got, ok := plainAmount(bad, ",", "EUR"); ok {
			if a, err := money.ParseExact(got, "EUR"); err == nil {
				t.Errorf("%q passes as %v", bad, a)
			}
		}
	}
}

func TestDatesOfAllOrdersAreRead(t *testing.T) {
	for _, c := range []struct{ cell, format, want string }{
		{"15.01.2026", "DD.MM.YYYY", "2026-01-15"}, {"5.1.26", "DD.MM.YY", "2026-01-05"}, {"01/15/2026", "MM/DD/YYYY", "2026-01-15"}, {"20260115", "YYYYMMDD", "2026-01-15"},
		{"2026-01-15T10:00:00Z", "YYYY-MM-DD", "2026-01-15"}, {"2026-01-15 10:00:00", "YYYY-MM-DD", "2026-01-15"}, {"15 Jan 2026", "DD MMM YYYY", "2026-01-15"},
		{"15-JAN-26", "DD-MMM-YY", "2026-01-15"}, {"29.02.2024", "DD.MM.YYYY", "2024-02-29"}, {"15.01.2026 23:59", "DD.MM.YYYY", "2026-01-15"},
	} {
		if got, ok := readDay(c.cell, c.format); !ok || got != c.want {
			t.Errorf("%q by %s is %q, want %q", c.cell, c.format, got, c.want)
		}
	}
	for _, c := range []struct{ cell, format string }{
		{"29.02.2026", "DD.MM.YYYY"}, {"13/13/2026", "DD/MM/YYYY"}, {"15.01.2026", "DD/MM/YYYY"}, {"15 Foo 2026", "DD MMM YYYY"}, {"2026-01-15", "DD.MM.YYYY"},
		{"", "DD.MM.YYYY"}, {"2026011", "YYYYMMDD"}, {"15.01.2026 foo", "DD.MM.YYYY"}, {"15.01.20266", "DD.MM.YYYY"}, {"15.01.126", "DD.MM.YYYY"},
	} {
		if got, ok := readDay(c.cell, c.format); ok {
			t.Errorf("%q by %s passes as %q", c.cell, c.format, got)
		}
	}
}

func TestRunningBalancesProveAFileInBothDirections(t *testing.T) {
	m := plainMapping()
	m.Balance = "Saldo"
	for name, rows := range map[string]string{
		"oldest first": "01.02.2026;1,00;a;11,00\n02.02.2026;-3,00;b;8,00\n", "newest first": "02.02.2026;-3,00;b;8,00\n01.02.2026;1,00;a;11,00\n",
		"once a day": "01.02.2026;0,40;a;\n01.02.2026;0,60;a;11,00\n02.02.2026;-3,00;b;8,00\n",
	} {
		s := mustParse(t, []byte("Datum;Betrag;Text;Saldo\n"+rows), Hint{Kind: CSV, Mapping: m})[0]
		if !s.Proven() || s.Opening.Amount != 1000 || s.Closing.Amount != 800 || s.Closing.Date != "2026-02-02" || s.From != "2026-02-01" {
			t.Errorf("%s: %+v to %+v", name, s.Opening, s.Closing)
		}
	}
}

func TestQuotesAndLineBreaksInCellsAreRead(t *testing.T) {
	for file, want := range map[string]string{
		"Datum;Betrag;Text\n01.02.2026;1,00;\"a;b\"\n":                                                 "a;b",
		"Datum;Betrag;Text\n01.02.2026;1,00;\"two\nlines\"\n":                                          "two lines",
		"Datum;Betrag;Text\n01.02.2026;1,00;say \"hi\"\n":                                              `say "hi"`,
		"Datum;Betrag;Text\n01.02.2026;1,00;\"Der Bote\" Spende\n02.02.2026;2,00;x":                    `"Der Bote" Spende`,
		"Datum;Betrag;Text\n01.02.2026;1,00;\"open\n02.02.2026;2,00;shut\"\n03.02.2026;2,00;\"a;b\"\n": `"open`,
		"Text;Datum;Betrag\n\"two\nlines\";01.02.2026;1,00\n":                                          "two lines",
		"Datum;Betrag;Text\n01.02.2026;1,00;\"open\n02.02.2026;2,00;x\n":                               `"open`,
		"Datum;Betrag;Text\n01.02.2026;1,00;\"say \"\"hi\"\"\"\n":                                      `say "hi"`,
	} {
		s := mustParse(t, []byte(file), Hint{Kind: CSV, Mapping: plainMapping()})[0]
		if got := s.Entries[0].Details[0].Remittance; got != want {
			t.Errorf("%q gives %q, want %q", file, got, want)
		}
		if rows := strings.Count(file, ".02.2026"); len(s.Entries) != rows {
			t.Errorf("%q gives %d lines, want %d", file, len(s.Entries), rows)
		}
	}
}

func TestASavedMappingFindsItsHeaderWhereItMoved(t *testing.T) {
	for _, above := range []string{"", "Konto;DE\n\n\n", "a\nb\nc\nd\ne\nf\n"} {
		m := plainMapping()
		m.HeaderLine = 3
		s := mustParse(t, []byte(above+"Datum;Betrag;Text\n01.02.2026;1,00;a\nSumme;1,00\n"), Hint{Kind: CSV, Mapping: m, Account: "de 12"})[0]
		if len(s.Entries) != 1 || s.Account != "DE12" {
			t.Errorf("below %q: %+v", above, s)
		}
	}
}

func TestAFileWithTheSignTheOtherWayRoundIsTurned(t *testing.T) {
	m := plainMapping()
	m.Turned = true
	if s := mustParse(t, []byte("Datum;Betrag;Text\n01.02.2026;-1,00;a\n"), Hint{Kind: CSV, Mapping: m})[0]; s.Entries[0].Amount != 100 {
		t.Errorf("the amount is %d", s.Entries[0].Amount)
	}
}

func TestGuessSaysWhatItDoubts(t *testing.T) {
	for file, want := range map[string]string{
		"Date,Description,Amount,Currency\n01/02/2026,a,-1.00,EUR\n03/04/2026,b,2.00,EUR\n": "Day and month cannot be told apart",
		"Date,Description,Amount\n2026-02-01,a,-1.00\n2026-02-01,b,1.00\n":                  "does not name its currency",
		"Date,Text,Amount\n2026-02-01,a,1.00\n2026-02-01,b,1.00\n2026-02-02,c,3.00\n":       "All amounts are positive",
		"Date,Text,Amount,Balance\n2026-02-01,a,-1.00,9\n2026-02-01,b,1.00,99\n":            `"Balance" does not follow`,
		"one;two\nthree;four\n": "No column with dates",
		"nothing":               "No delimiter",
		"2026-02-01;1,00;2,00;some text\n2026-02-02;3,00;9,00;more text\n": "Several columns hold amounts",
	} {
		m, doubts := Guess([]byte(file))
		if m.Amount != "" && strings.HasPrefix(want, "Several") {
			t.Errorf("column %s is taken for the amount", m.Amount)
		}
		if !strings.Contains(strings.Join(doubts, " "), want) {
			t.Errorf("%q: %q do not say %q", file, doubts, want)
		}
	}
}

func TestAHeaderHasOneMeaning(t *testing.T) {
	seen := map[string]role{}
	for r, list := range headerWords {
		for _, w := range strings.Split(list, "|") {
			if other, ok := seen[w]; ok {
				t.Errorf("%q stands for roles %d and %d", w, other, r)
			}
			if seen[w] = r; foldHeader(w) != w {
				t.Errorf("%q is never found: it folds to %q", w, foldHeader(w))
			}
		}
	}
}

func TestThePreviewShowsRowsEvenWhereTheMappingIsWrong(t *testing.T) {
	data := sampleFile(t, "de-sparkasse.csv")
	m, _ := Guess(data)
	p, err := Look(data, Hint{Mapping: &m}, 2)
	if err != nil || len(p.Rows) != 2 || len(p.Statements) != 1 || len(p.Statements[0].Entries) != 2 || p.Header[1] != "Buchungstag" {
		t.Errorf("%v: %+v", err, p)
	}
	m.Decimal = "."
	p, err = Look(data, Hint{Mapping: &m}, 2)
	if !fault.Is(err, fault.Invalid) || len(p.Rows) != 2 {
		t.Errorf("%v: %+v", err, p)
	}
	if p, err = Look(data, Hint{Mapping: &Mapping{}}, 2); err == nil || len(p.Rows) != 2 {
		t.Errorf("%v: %+v", err, p)
	}
}
