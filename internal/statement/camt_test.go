package statement

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/money"
)

const ourIBAN = "DE72500700100123456700"

func balance(kind, amount string) string { return balanceOn(kind, amount, "2026-01-15") }

// balanceOn writes a balance, a debit one for a leading minus.
func balanceOn(kind, amount, date string) string {
	return fmt.Sprintf(`<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>%s<Dt><Dt>%s</Dt></Dt></Bal>`, kind, signedXML(amount), date)
}

func signedXML(amount string) string {
	side := "CRDT"
	if rest, out := strings.CutPrefix(amount, "-"); out {
		amount, side = rest, "DBIT"
	}
	return fmt.Sprintf(`<Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd>`, amount, side)
}

// line writes a booked entry; details are TxDtls.
func line(amount string, details ...string) string { return lineWith(amount, "", details...) }

func lineWith(amount, more string, details ...string) string {
	inner := ""
	for _, d := range details {
		inner += "<TxDtls>" + d + "</TxDtls>"
	}
	if inner != "" {
		inner = "<NtryDtls>" + inner + "</NtryDtls>"
	}
	return `<Ntry>` + signedXML(amount) + `<Sts>BOOK</Sts><BookgDt><Dt>2026-01-15</Dt></BookgDt><BkTxCd/>` + more + inner + `</Ntry>`
}

// camt writes a file of one statement in EUR.
func camt(parts ...string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>` +
		stmt("7", parts...) + `</BkToCstmrStmt></Document>`)
}

func stmt(number string, parts ...string) string {
	return `<Stmt><Id>S` + number + `</Id><ElctrncSeqNb>` + number + `</ElctrncSeqNb><Acct><Id><IBAN>` + ourIBAN + `</IBAN></Id><Ccy>EUR</Ccy></Acct>` +
		strings.Join(parts, "") + `</Stmt>`
}

func one(t *testing.T, data []byte) Statement {
	t.Helper()
	all := mustParse(t, data, Hint{})
	if len(all) != 1 {
		t.Fatalf("%d statements, want one", len(all))
	}
	return all[0]
}

func TestATransferIsReadWithEverythingThatMatchesIt(t *testing.T) {
	s := one(t, sampleFile(t, "de-camt.xml"))
	if s.Account != ourIBAN || s.Currency != "EUR" || s.Number != "15" || s.ID != "S15" || !s.Proven() || s.From != "2026-01-15" || s.To != "2026-01-15" {
		t.Errorf("the statement is %+v", s)
	}
	e := s.Entries[0]
	d := e.Details[0]
	if e.Amount != 5000 || e.BookedAt != "2026-01-15" || e.ValueAt != "2026-01-15" || e.BankRef != "2026011512345678901234" || e.Status != "BOOK" || e.Code != "PMNT/RCDT/ESCT" {
		t.Errorf("the line is %+v", e)
	}
	want := Detail{Amount: 5000, Stated: money.Amount{Currency: "EUR", Minor: 5000}, EndToEndID: "LATERNE-JAN-26", TxID: "TX-1", Reference: "RF71480173529",
		Counterparty: Party{Name: "Erika Mustermann", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"}}
	if d != want {
		t.Errorf("the detail is %+v, want %+v", d, want)
	}
}

func TestEveryVersionAndPrefixOfCAMTGivesTheSameFacts(t *testing.T) {
	old := `<Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">50.00</Amt></TxAmt></AmtDtls>` +
		`<RltdPties><Dbtr><Nm>Erika</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>` +
		`<RltdAgts><DbtrAgt><FinInstnId><BIC>COBADEFFXXX</BIC></FinInstnId></DbtrAgt></RltdAgts><RmtInf><Ustrd>Hello</Ustrd></RmtInf>`
	fresh := strings.NewReplacer(`<AmtDtls><TxAmt><Amt Ccy="EUR">50.00</Amt></TxAmt></AmtDtls>`, `<Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>`,
		`<Dbtr><Nm>Erika</Nm></Dbtr>`, `<Dbtr><Pty><Nm>Erika</Nm></Pty></Dbtr>`, "<BIC>", "<BICFI>", "</BIC>", "</BICFI>")
	v2 := string(camt(balance("OPBD", "0"), balance("CLBD", "50.00"), line("50.00", old)))
	want := one(t, []byte(v2)).Entries[0]
	if want.Details[0].Counterparty != (Party{Name: "Erika", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"}) {
		t.Fatalf("the payer is %+v", want.Details[0].Counterparty)
	}
	v8 := strings.ReplaceAll(fresh.Replace(v2), "<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
	prefixed := strings.NewReplacer("</", "</c:", "<?", "<?", "<", "<c:").Replace(strings.ReplaceAll(v8, `<?xml version="1.0" encoding="UTF-8"?>`, ""))
	for name, file := range map[string]string{
		"version 3": strings.ReplaceAll(fresh.Replace(v2), "001.02", "001.03"), "version 4": strings.ReplaceAll(fresh.Replace(v2), "001.02", "001.04"),
		"version 8": strings.ReplaceAll(v8, "001.02", "001.08"), "version 13": strings.ReplaceAll(v8, "001.02", "001.13"),
		"a prefix": prefixed, "no namespace": strings.ReplaceAll(v2, ` xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"`, ""),
		"an envelope": `<Envelope><Header/><Body>` + strings.TrimPrefix(v2, `<?xml version="1.0" encoding="UTF-8"?>`) + `</Body></Envelope>`,
	} {
		got := one(t, []byte(file)).Entries[0]
		if got.Amount != want.Amount || got.Status != want.Status || got.Details[0] != want.Details[0] {
			t.Errorf("%s gives %+v, want %+v", name, got, want)
		}
	}
}

func TestABatchIsTakenApartIntoItsPayments(t *testing.T) {
	three := func(a, b, c string) []byte {
		pay := func(s string) string {
			return `<Refs><EndToEndId>E` + s + `</EndToEndId></Refs><Amt Ccy="EUR">` + s + `</Amt>`
		}
		return camt(balance("OPBD", "0"), balance("CLBD", "60.00"), line("60.00", pay(a), pay(b), pay(c)))
	}
	s := one(t, three("10.00", "20.00", "30.00"))
	if d := s.Entries[0].Details; len(d) != 3 || d[0].Amount != 1000 || d[1].Amount != 2000 || d[2].Amount != 3000 || d[2].EndToEndID != "E30.00" {
		t.Errorf("the details are %+v", d)
	}
	refused(t, three("10.00", "20.00", "29.00"), Hint{}, "statement 7", "3 details of line 1", "2026-01-15", "60.00 EUR", "59.00 EUR", "1.00 EUR too little")
	refused(t, three("10.00", "20.00", "31.00"), Hint{}, "1.00 EUR too much")
}

func TestABatchWithoutAmountsIsOneSumWithoutReferences(t *testing.T) {
	s := one(t, camt(balance("OPBD", "0"), balance("CLBD", "60.00"),
		line("60.00", `<Refs><EndToEndId>A</EndToEndId></Refs><RmtInf><Ustrd>one</Ustrd></RmtInf>`, `<Refs><EndToEndId>B</EndToEndId></Refs><RmtInf><Ustrd>two</Ustrd></RmtInf>`)))
	e := s.Entries[0]
	if len(e.Details) != 1 || e.Details[0] != (Detail{Amount: 6000}) || e.Text != "one two" {
		t.Errorf("the line is %+v", e)
	}
	refused(t, camt(line("60.00", `<Amt Ccy="EUR">60.00</Amt>`, `<Refs/>`)), Hint{}, "1 of the 2 details", "no amount in EUR")
}

func TestMoneyBothWaysInABatchIsNetted(t *testing.T) {
	s := one(t, camt(balance("OPBD", "0"), balance("CLBD", "5.00"),
		line("5.00", `<Amt Ccy="EUR">15.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>`, `<Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>`)))
	if d := s.Entries[0].Details; d[0].Amount != 1500 || d[1].Amount != -1000 {
		t.Errorf("the details are %+v", d)
	}
}

func TestAReversalIsNotTurnedTwice(t *testing.T) {
	gift := `<RltdPties><Dbtr><Nm>Erika</Nm></Dbtr><Cdtr><Nm>The Lantern</Nm></Cdtr></RltdPties>`
	s := one(t, camt(balance("OPBD", "50.00"), balance("CLBD", "0"), lineWith("-50.00", "<RvslInd>true</RvslInd>", gift+`<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>`)))
	e := s.Entries[0]
	if e.Amount != -5000 || !e.Reversal || e.Details[0].Amount != -5000 || e.Details[0].ReturnReason != "AC04" {
		t.Errorf("the reversal is %+v", e)
	}
	if name := e.Details[0].Counterparty.Name; name != "Erika" {
		t.Errorf("the reversed gift came from %q", name)
	}
	old := lineWith("-50.00", "<RvslInd>1</RvslInd>", `<Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>`)
	if e := one(t, camt(balance("OPBD", "50.00"), balance("CLBD", "0"), old)).Entries[0]; e.Details[0].Amount != -5000 {
		t.Errorf("a detail that still looks the old way is %+v", e.Details[0])
	}
}

func TestOnlyBookedLinesCount(t *testing.T) {
	pending := strings.ReplaceAll(line("99.00"), "BOOK", "PDNG")
	s := one(t, camt(balance("OPBD", "0"), balance("CLBD", "50.00"), pending, line("50.00"), strings.ReplaceAll(line("1.00"), "BOOK", "INFO")))
	if len(s.Entries) != 1 || len(s.Pending) != 2 || s.Pending[0].Status != "PDNG" || s.Pending[1].Status != "INFO" || s.Pending[0].Details[0].Amount != 9900 {
		t.Errorf("booked %+v, pending %+v", s.Entries, s.Pending)
	}
}

func TestAStatementWhoseSumsDoNotHoldIsRefusedWithTheDifference(t *testing.T) {
	refused(t, camt(balance("OPBD", "100.00"), balance("CLBD", "151.00"), line("50.00")), Hint{},
		"statement 7 of account "+ourIBAN, "opening balance 100.00 EUR", "150.00 EUR", "1.00 EUR too little", "151.00 EUR")
	refused(t, camt(balance("OPBD", "100.00"), balance("CLBD", "100.00"), line("0.50")), Hint{}, "0.50 EUR too much")
	good, bad := stmt("7", balance("OPBD", "0"), balance("CLBD", "1.00"), line("1.00")), stmt("8", balance("OPBD", "0"), balance("CLBD", "2.00"), line("1.00"))
	refused(t, []byte("<BkToCstmrStmt>"+good+bad+"</BkToCstmrStmt>"), Hint{}, "statement 8")
	refused(t, []byte(strings.ReplaceAll(string(camt(balance("OPBD", "0"), balance("CLBD", "5.00"), line("5.00"))), `<Ntry><Amt Ccy="EUR">`, `<Ntry><Amt Ccy="SEK">`)),
		Hint{}, "line 1 is in SEK")
	refused(t, []byte(strings.Replace(string(camt(balance("OPBD", "0"), balance("CLBD", "0"))), `Ccy="EUR"`, `Ccy="CHF"`, 1)), Hint{}, "is in CHF")
}

func TestSumsBeyondWhatCanBeCountedAreRefused(t *testing.T) {
	most := "9999999999999999.99"
	var lines []string
	for range 12 {
		lines = append(lines, line(most))
	}
	refused(t, camt(append(lines, balance("OPBD", most), balance("CLBD", most))...), Hint{}, "too large")
}

func TestSeveralStatementsOfAFileAreReadApart(t *testing.T) {
	all := mustParse(t, []byte("<BkToCstmrStmt>"+stmt("7", balance("OPBD", "0"), balance("CLBD", "1.00"), line("1.00"))+
		stmt("8", balance("OPBD", "1.00"), balance("CLBD", "3.00"), line("2.00"))+"</BkToCstmrStmt>"), Hint{})
	if len(all) != 2 || all[0].Number != "7" || all[1].Number != "8" || all[1].Entries[0].Amount != 200 {
		t.Errorf("the statements are %+v", all)
	}
}

func TestOpeningAndClosingAreFoundInEveryHabit(t *testing.T) {
	for name, c := range map[string]struct {
		file          []byte
		open, closing int64
	}{
		"previous closing for opening": {camt(balance("PRCD", "1.00"), balance("CLBD", "3.00"), line("2.00")), 100, 300},
		"first page":                   {camt(balance("OPBD", "1.00"), balance("ITBD", "3.00"), line("2.00")), 100, 300},
		"middle page":                  {camt(balance("ITBD", "1.00"), balance("ITBD", "3.00"), line("2.00")), 100, 300},
		"last page":                    {camt(balance("ITBD", "1.00"), balance("CLBD", "3.00"), line("2.00")), 100, 300},
		"closing before opening":       {camt(balance("CLBD", "3.00"), balance("CLAV", "9.00"), balance("OPBD", "1.00"), line("2.00")), 100, 300},
		"overdrawn":                    {camt(balance("OPBD", "-5.00"), balance("CLBD", "-3.00"), line("2.00")), -500, -300},
		"a pair a day": {camt(balanceOn("OPBD", "2.00", "2026-01-15"), balanceOn("CLBD", "3.00", "2026-01-15"), balanceOn("OPBD", "1.00", "2026-01-14"),
			balanceOn("CLBD", "2.00", "2026-01-14"), line("1.00"), line("1.00")), 100, 300},
	} {
		if s := one(t, c.file); !s.Proven() || s.Opening.Amount != c.open || s.Closing.Amount != c.closing {
			t.Errorf("%s: %+v to %+v", name, s.Opening, s.Closing)
		}
	}
	if s := one(t, camt(balance("CLAV", "3.00"), line("2.00"))); s.Proven() {
		t.Error("a statement without booked balances passes for proven")
	}
}

func TestAmountsFollowTheCurrencysDecimals(t *testing.T) {
	for _, c := range []struct {
		currency, amount string
		want             int64
	}{{"JPY", "3000", 3000}, {"JPY", "3000.00", 3000}, {"KWD", "5.125", 5125}, {"EUR", "5.1000", 510}, {"EUR", "+.5", 50}, {"EUR", "5.", 500}} {
		file := strings.ReplaceAll(string(camt(line(c.amount))), "EUR", c.currency)
		if got := one(t, []byte(file)).Entries[0].Amount; got != c.want {
			t.Errorf("%s %s is %d, want %d", c.amount, c.currency, got, c.want)
		}
	}
	for _, bad := range []string{"5.125", "1,00", "1e3", "", "NaN", "+-5"} {
		refused(t, camt(line(bad)), Hint{}, "line 1 cannot be read")
	}
	refused(t, []byte(strings.Replace(string(camt(line("1.00"))), `Ccy="EUR"`, `Ccy="ZZZ"`, 1)), Hint{}, "line 1")
	refused(t, []byte(strings.Replace(string(camt(line("1.00"))), `CRDT`, `BOTH`, 1)), Hint{}, "neither CRDT nor DBIT")
}

func TestChargesThatTheFileStatesMakeUpTheDifference(t *testing.T) {
	old := `<Chrgs><Amt Ccy="EUR">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>`
	fresh := `<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">2.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>`
	total := `<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">2.00</TtlChrgsAndTaxAmt></Chrgs>`
	for _, charges := range []string{old, fresh, total} {
		s := one(t, camt(balance("OPBD", "0"), balance("CLBD", "98.00"), lineWith("98.00", charges, `<Amt Ccy="EUR">100.00</Amt>`)))
		d := s.Entries[0].Details
		if len(d) != 2 || d[0].Amount != 10000 || d[0].Charge || d[1] != (Detail{Amount: -200, Charge: true}) || s.Entries[0].Charges != -200 {
			t.Errorf("with %s the details are %+v", charges, d)
		}
		again := one(t, camt(balance("OPBD", "0"), balance("CLBD", "98.00"), lineWith("98.00", charges, `<Amt Ccy="EUR">100.00</Amt>`+charges)))
		if again.Entries[0].Charges != -200 {
			t.Errorf("charges that line and detail both state are %d", again.Entries[0].Charges)
		}
		net := one(t, camt(balance("OPBD", "0"), balance("CLBD", "98.00"), lineWith("98.00", charges, `<Amt Ccy="EUR">98.00</Amt>`))).Entries[0]
		if len(net.Details) != 1 || net.Details[0].Amount != 9800 || net.Charges != -200 {
			t.Errorf("a net amount with %s is %+v", charges, net)
		}
	}
	refused(t, camt(lineWith("97.00", old, `<Amt Ccy="EUR">100.00</Amt>`)), Hint{}, "the one detail of line 1", "3.00 EUR too much")
}

func TestAPaymentFromAnotherCurrencyKeepsWhatWasOrdered(t *testing.T) {
	fx := `<AmtDtls><InstdAmt><Amt Ccy="USD">54.00</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">50.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><TrgtCcy>EUR</TrgtCcy><XchgRate>1.08</XchgRate></CcyXchg></TxAmt></AmtDtls>`
	for _, file := range [][]byte{camt(line("50.00", fx)), camt(lineWith("50.00", fx, `<Refs/>`)), camt(line("50.00", `<Amt Ccy="USD">54.00</Amt>`+fx))} {
		d := one(t, file).Entries[0].Details[0]
		if d.Amount != 5000 || d.Instructed != (money.Amount{Currency: "USD", Minor: 5400}) || d.Rate != "1.08" {
			t.Errorf("the detail is %+v", d)
		}
	}
}

func TestALonePaymentIsTheLineWhateverWasOrdered(t *testing.T) {
	ordered := `<AmtDtls><TxAmt><Amt Ccy="EUR">55.00</Amt></TxAmt></AmtDtls>`
	d := one(t, camt(line("50.00", ordered))).Entries[0].Details[0]
	if d.Amount != 5000 || d.Instructed != (money.Amount{Currency: "EUR", Minor: 5500}) {
		t.Errorf("the detail is %+v", d)
	}
	refused(t, camt(line("50.00", ordered, `<AmtDtls><TxAmt><Amt Ccy="EUR">5.00</Amt></TxAmt></AmtDtls>`)), Hint{}, "10.00 EUR too much")
}

func TestMoneyThatComesBackNamesTheOtherSide(t *testing.T) {
	us := `<DbtrAcct><Id><IBAN>` + ourIBAN + `</IBAN></Id></DbtrAcct>`
	d := one(t, camt(line("5.00", `<RltdPties><Dbtr><Nm>The Lantern</Nm></Dbtr>`+us+`<Cdtr><Nm>Printer</Nm></Cdtr></RltdPties>`))).Entries[0].Details[0]
	if d.Counterparty.Name != "Printer" {
		t.Errorf("a returned payment came from %q", d.Counterparty.Name)
	}
	d = one(t, camt(line("-5.00", `<RltdPties><Dbtr><Nm>The Lantern</Nm></Dbtr>`+us+`<Cdtr><Nm>Printer</Nm></Cdtr><UltmtCdtr><Nm>Owner</Nm></UltmtCdtr></RltdPties>`))).Entries[0].Details[0]
	if d.Counterparty.Name != "Printer" || d.Ultimate != "Owner" {
		t.Errorf("an outgoing payment went to %+v", d)
	}
}

func TestReferencesThatSayNoneAreNone(t *testing.T) {
	for _, none := range []string{"NOTPROVIDED", "notprovided", "NOT PROVIDED", "NONREF", "-", ""} {
		d := one(t, camt(line("5.00", `<Refs><EndToEndId>`+none+`</EndToEndId></Refs>`))).Entries[0].Details[0]
		if d.EndToEndID != "" {
			t.Errorf("%q is kept", none)
		}
	}
}

func TestSeveralReferencesOfOnePaymentAreNotLost(t *testing.T) {
	strd := func(ref string) string { return `<Strd><CdtrRefInf><Ref>` + ref + `</Ref></CdtrRefInf></Strd>` }
	d := one(t, camt(line("5.00", `<RmtInf>`+strd("RF71 4801 73529")+strd("RF18539007547034")+`</RmtInf>`))).Entries[0].Details[0]
	if d.Reference != "RF71480173529" || d.Remittance != "RF18539007547034" {
		t.Errorf("the references are %q and %q", d.Reference, d.Remittance)
	}
}

func TestDocumentTypesAndEntitiesAreRefused(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><Document><BkToCstmrStmt>&lol2;</BkToCstmrStmt></Document>`
	refused(t, []byte(laughs), Hint{}, "document type or entity declaration")
	refused(t, []byte(`<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document><BkToCstmrStmt/></Document>`), Hint{}, "document type")
	refused(t, camt(lineWith("1.00", "<AddtlNtryInf>&xxe;</AddtlNtryInf>")), Hint{}, "damaged")
}

func TestADamagedXMLFileIsRefusedWithItsLine(t *testing.T) {
	whole := string(camt(balance("OPBD", "0"), balance("CLBD", "5.00"), line("5.00")))
	for cut := 1; cut < len(whole)-1; cut += 7 {
		if all, err := Parse([]byte(whole[:cut]), Hint{Kind: CAMT053}); err == nil {
			t.Fatalf("cut at %d of %d, the file still gives %d statements", cut, len(whole), len(all))
		}
	}
	refused(t, []byte(strings.Replace(whole, "</Ntry>", "</Entry>", 1)), Hint{}, "damaged at line 1")
	refused(t, []byte(strings.Repeat("<a>", 100)+"<BkToCstmrStmt>"), Hint{}, "too deep")
	refused(t, []byte("<BkToCstmrStmt></BkToCstmrStmt>"), Hint{}, "no bank statement in this XML")
}

func TestOldCharsetsOfXMLAreRead(t *testing.T) {
	file := string(camt(lineWith("5.00", "<AddtlNtryInf>Größe</AddtlNtryInf>")))
	latin := strings.NewReplacer("UTF-8", "ISO-8859-1", "ö", "\xf6", "ß", "\xdf").Replace(file)
	wide := "\xfe\xff"
	for _, r := range strings.ReplaceAll(file, "UTF-8", "UTF-16") {
		wide += string([]byte{byte(r >> 8), byte(r)})
	}
	for _, f := range []string{file, latin, wide, "\xef\xbb\xbf" + file} {
		if got := one(t, []byte(f)).Entries[0].Text; got != "Größe" {
			t.Errorf("read as %q", got)
		}
	}
}

func TestOurSampleIsValidByTheSchema(t *testing.T) {
	root := corpora(t)
	out, err := exec.Command("xmllint", "--noout", "--schema", filepath.Join(root, "camt", "camt.053.001.08.xsd"), "testdata/de-camt.xml").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
