package statement

import (
	"strings"
	"testing"
)

const (
	erika = "DE89370400440532013000"
	trio  = "NL63TRIO0212345678"
)

// habits are what files written the way of real banks must give; the data is
// made up.
var habits = []struct {
	file, account, currency string
	opening, closing        int64
	entries                 []Entry // only the fields that the test compares
}{
	{"de-sparkasse.sta", "50070010/0123456700", "EUR", 100000, 98750, []Entry{
		{BookedAt: "2025-12-31", ValueAt: "2025-12-31", Amount: 5000, BankRef: "2025123100001", BankCode: "166", Code: "NTRF", Details: []Detail{{
			Remittance:   "RF71480173529 Spende für die Laterne, mit den besten Grüßen aus Köln und viel Erfolg",
			Counterparty: Party{Name: "Jürgen Müller-Lüdenscheidt & Söhne", IBAN: erika, BIC: "COBADEFFXXX"}}}},
		{BookedAt: "2026-01-02", ValueAt: "2026-01-02", Amount: -1250, BankRef: "2026010200007", BankCode: "805", Code: "NMSC", Details: []Detail{{
			Remittance: "Entgelte vom 01.12. bis 31.12.2025", Counterparty: Party{Name: "SPARKASSE", Account: "0000000000"}}}},
		{BookedAt: "2026-01-02", ValueAt: "2025-12-31", Amount: -5000, Reversal: true, BankRef: "2026010200008", BankCode: "109", Code: "NRTI", Details: []Detail{{
			Remittance: "RF71480173529 Rueckgabe", ReturnReason: "AC04", Counterparty: Party{Name: "Jürgen Müller-Lüdenscheidt", IBAN: erika, BIC: "COBADEFFXXX"}}}},
	}},
	{"de-swift-envelope.txt", ourIBAN, "EUR", 0, 5000, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 5000, BankRef: "DB2601150001", BankCode: "166", Code: "NTRF", Details: []Detail{{
			EndToEndID: "LATERNE-JAN-26", Remittance: "RF71480173529", Counterparty: Party{Name: "Erika Mustermann", IBAN: erika, BIC: "COBADEFFXXX"}}}},
	}},
	{"nl-ing.940", "NL35INGB0004455667", "EUR", 66223, 69566, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 2500, BankRef: "00000000001005", Code: "NTRF", Details: []Detail{{
			Remittance: "Donatie januari/Lantaarn RF71480173529", Counterparty: Party{Name: "J. de Vries", IBAN: trio, BIC: "TRIONL2U"}}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: -157, BankRef: "00000000001006", Code: "N01F", Details: []Detail{{Remittance: "TOTAAL 1 VZ"}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 1000, BankRef: "00000000001007", Code: "N07F", Details: []Detail{{
			EndToEndID: "E2E-2026-77", Reference: "RF18539007547034", Counterparty: Party{Name: "Stichting Dageraad", IBAN: trio, BIC: "TRIONL2U"}}}},
	}},
	{"nl-abn-amro.sta", "487654321", "EUR", -525, 2525, []Entry{
		{BookedAt: "2026-01-26", ValueAt: "2026-01-26", Amount: 1500, Code: "N654", Details: []Detail{{
			Remittance: "Gift RF71480173529", Counterparty: Party{Name: "J DE VRIES", IBAN: trio, BIC: "TRIONL2U"}}}},
		{BookedAt: "2026-01-26", ValueAt: "2026-01-26", Amount: 2000, Code: "N654", Details: []Detail{{EndToEndID: "KB-2026-02",
			Remittance: "Steun in februari /IBAN/NL00FAKE0000000000 en meer", Counterparty: Party{Name: "K. Bakker", IBAN: trio, BIC: "TRIONL2U"}}}},
		{BookedAt: "2026-01-26", ValueAt: "2026-01-26", Amount: -450, Code: "N426", Details: []Detail{{Remittance: "GEA NR:S5O515 26.01.26/14.01 ANWB,PAS000"}}},
	}},
	{"nl-rabobank.swi", "NL30RABO0301234567", "EUR", 10000, 12287, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 3000, BankRef: "0000000123", Code: "N100", Details: []Detail{{
			EndToEndID: "RABO-E2E-1", Remittance: "Voor de krant", Counterparty: Party{Name: "Fam. Jansen", IBAN: trio}}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: -713, Code: "N029", Details: []Detail{{
			Remittance: "Kosten zakelijke rekening", Counterparty: Party{Name: "Rabobank"}}}},
	}},
	{"at-raiffeisen.sta", "AT282011182221207700", "EUR", 1000, 4700, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 4000, BankRef: "AT26015001", Code: "NTRF", Details: []Detail{{
			Remittance: "Gutschrift Überweisung Grüße an die Redaktion RF71480173529 Österreicher Franz"}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: -300, BankCode: "177", Code: "NCHG", Details: []Detail{{
			Remittance: "Kontoführung", Counterparty: Party{Name: "Bank"}}}},
	}},
	{"ch-pages.mt940", "CH3200230123456789012", "CHF", 200000, 212000, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 10000, BankRef: "1234567890", Code: "NTRF", Details: []Detail{{
			Remittance: "QRR 210000000003139471430009017 MUSTER HANS, 8000 ZUERICH"}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 2000, BankRef: "1234567891", Code: "NTRF", Details: []Detail{{Remittance: "Spende"}}},
	}},
	{"pl-ing.sta", "PL60102010260000042270201111", "PLN", 50000, 61550, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 12050, BankRef: "K0001", BankCode: "020", Code: "S020", Details: []Detail{{
			Remittance: "Darowizna na Latarnię dziękuję za dobrą pracę", Counterparty: Party{Name: "Żółć Małgorzata", IBAN: "PL27114020040000300201355387"}}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: -500, BankRef: "K0002", BankCode: "034", Code: "S034", Details: []Detail{{
			Remittance: "Prowizja za przelew", Counterparty: Party{Name: "Bank"}}}},
	}},
	{"be-kbc.mt940", "BE68539007547034", "EUR", -2000, 1550, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 3550, BankRef: "BE26011500001", Code: "NTRF", Details: []Detail{{
			Remittance: "EUROPESE OVERSCHRIJVING VAN BE36001123456749 PEETERS AN +++090/9337/55493+++"}}},
	}},
	{"gb-multi.txt", "GB29NWBK60161331926819", "GBP", 10000, 11775, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 1050, BankRef: "FP26015", Code: "NTRF", Details: []Detail{{
			EndToEndID: "CUSTREF-1", Remittance: "MS A SMITH LANTERN GIFT"}}},
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 725, Reversal: true, BankRef: "FP26016", Code: "NRTI", Details: []Detail{{Remittance: "RETURNED PAYMENT"}}},
	}},
	{"jp-expected.mt940", "1234567", "JPY", 3000, 6000, []Entry{
		{BookedAt: "2026-01-15", ValueAt: "2026-01-15", Amount: 3000, BankRef: "JP1", Code: "NTRF", Details: []Detail{{Remittance: "GIFT"}}},
	}},
}

func TestMT940IsReadAsEachBankWritesIt(t *testing.T) {
	for _, h := range habits {
		t.Run(h.file, func(t *testing.T) {
			s := mustParse(t, sampleFile(t, h.file), Hint{})[0]
			if s.Account != h.account || s.Currency != h.currency || s.Opening.Amount != h.opening || s.Closing.Amount != h.closing {
				t.Errorf("the statement is of %q in %q, %+v to %+v", s.Account, s.Currency, s.Opening, s.Closing)
			}
			if len(s.Entries) != len(h.entries) {
				t.Fatalf("%d lines, want %d", len(s.Entries), len(h.entries))
			}
			for i, want := range h.entries {
				compareEntry(t, &s.Entries[i], &want)
			}
		})
	}
}

func compareEntry(t *testing.T, got, want *Entry) {
	t.Helper()
	g := *got
	g.Details, g.Text, g.Format, g.Status = nil, "", "", ""
	w := *want
	w.Details = nil
	if g.BookedAt != w.BookedAt || g.ValueAt != w.ValueAt || g.Amount != w.Amount || g.Reversal != w.Reversal || g.BankRef != w.BankRef || g.Code != w.Code || g.BankCode != w.BankCode {
		t.Errorf("the line is %+v, want %+v", g, w)
	}
	d := want.Details[0]
	d.Amount = want.Amount
	if len(got.Details) != 1 || got.Details[0] != d {
		t.Errorf("the detail is %+v, want %+v", got.Details, d)
	}
}

func TestSeveralMessagesAndAccountsOfAFileAreReadApart(t *testing.T) {
	all := mustParse(t, sampleFile(t, "de-swift-envelope.txt"), Hint{})
	if len(all) != 2 || all[0].Number != "15" || all[1].Number != "16" || len(all[1].Entries) != 0 {
		t.Errorf("the messages are %+v", all)
	}
	all = mustParse(t, sampleFile(t, "gb-multi.txt"), Hint{})
	if len(all) != 2 || all[1].Account != "40051512345678" || all[1].Currency != "EUR" {
		t.Errorf("the accounts are %+v", all)
	}
}

func TestExpectedLinesAreNoMoney(t *testing.T) {
	s := one(t, sampleFile(t, "jp-expected.mt940"))
	if len(s.Pending) != 1 || s.Pending[0].Amount != 500 || s.Pending[0].Status != "PDNG" || s.Pending[0].Details[0].Remittance != "EXPECTED" {
		t.Errorf("pending: %+v", s.Pending)
	}
}

// mt940 writes a message whose lines take the account from 0 to closing.
func mt940(closing string, lines ...string) []byte {
	return []byte(":20:T\n:25:" + ourIBAN + "\n:28C:1/1\n:60F:C251230EUR0,\n" + strings.Join(lines, "\n") + "\n:62F:" + closing + "\n-\n")
}

func TestTheLineOfMT940IsReadInItsManyForms(t *testing.T) {
	for text, want := range map[string]Entry{
		":61:2601150115C12,NTRFNONREF":                         {Amount: 1200, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF"},
		":61:260115C12,3NTRFREF//B1":                           {Amount: 1230, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF", BankRef: "B1"},
		":61:2601150115CR12,34NTRFX":                           {Amount: 1234, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF"},
		":61:2601150115D,50FMSCX":                              {Amount: -50, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "FMSC"},
		":61:2601150115RC5,NTRFX":                              {Amount: -500, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF", Reversal: true},
		":61:2601150115RDR5,S103X":                             {Amount: 500, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "S103", Reversal: true},
		":61:2601150115C12":                                    {Amount: 1200, BookedAt: "2026-01-15", ValueAt: "2026-01-15"},
		":61:2512311231C1,NTRFX":                               {Amount: 100, BookedAt: "2025-12-31", ValueAt: "2025-12-31", Code: "NTRF"},
		":61:2512310102C1,NTRFX":                               {Amount: 100, BookedAt: "2026-01-02", ValueAt: "2025-12-31", Code: "NTRF"},
		":61:2601021231C1,NTRFX":                               {Amount: 100, BookedAt: "2025-12-31", ValueAt: "2026-01-02", Code: "NTRF"},
		":61:2507010115C1,NTRFX":                               {Amount: 100, BookedAt: "2026-01-15", ValueAt: "2025-07-01", Code: "NTRF"},
		":61:2601150115C000000000001,00NTRFNONREF//0000000":    {Amount: 100, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF", BankRef: "0000000"},
		":61:2601150115C1,NTRFA-LONGER-ONE-THAN-16//ALSO-LONG": {Amount: 100, BookedAt: "2026-01-15", ValueAt: "2026-01-15", Code: "NTRF", BankRef: "ALSO-LONG"},
	} {
		sign, amount := "C", want.Amount
		if amount < 0 {
			sign, amount = "D", -amount
		}
		closing := sign + "260115EUR" + strings.ReplaceAll(strings.TrimSuffix(say("EUR", amount), " EUR"), ".", ",")
		e := one(t, mt940(closing, text)).Entries[0]
		if e.Amount != want.Amount || e.BookedAt != want.BookedAt || e.ValueAt != want.ValueAt || e.Code != want.Code || e.BankRef != want.BankRef || e.Reversal != want.Reversal {
			t.Errorf("%s is read as %+v", text, e)
		}
	}
}

func TestALineThatCannotBeReadRefusesTheFile(t *testing.T) {
	for _, bad := range []string{":61:", ":61:2601150115C,NTRF", ":61:2601320115C1,NTRF", ":61:2601150115X1,NTRF", ":61:2601150115C1.230,50NTRF", ":61:2601150115C1,234NTRF", ":61:nonsense"} {
		refused(t, mt940("C260115EUR1,", bad), Hint{}, "Line 5 of the file", ":61:")
	}
	refused(t, mt940("C26XX15EUR1,"), Hint{Kind: MT940}, ":62F:")
}

func TestAMT940WhoseSumsDoNotHoldIsRefusedWithTheDifference(t *testing.T) {
	refused(t, mt940("C260115EUR11,", ":61:2601150115C10,NTRFX"), Hint{}, "statement 1", "0.00 EUR and one line make 10.00 EUR, 1.00 EUR too little")
}

func TestACutOffMT940IsRefused(t *testing.T) {
	whole := string(sampleFile(t, "nl-ing.940"))
	refused(t, []byte(whole[:strings.Index(whole, ":62F:")]), Hint{}, "closing balance is missing", "cut off")
	refused(t, []byte(strings.Replace(whole, ":60F:", ":60X:", 1)), Hint{Kind: MT940}, "opening balance is missing")
}

func TestAMissingPageRefusesTheFile(t *testing.T) {
	whole := string(sampleFile(t, "ch-pages.mt940"))
	refused(t, []byte(strings.Replace(strings.Replace(whole, ":60M:C260115CHF2100,", ":60M:C260115CHF2150,", 1), ":62F:C260115CHF2120,", ":62F:C260115CHF2170,", 1)),
		Hint{}, "page 2 opens with 2150.00 CHF", "2100.00 CHF")
}

func TestEveryLineEndAndEnvelopeGivesTheSameStatement(t *testing.T) {
	plain := strings.ReplaceAll(string(sampleFile(t, "nl-ing.940")), "\r\n", "\n")
	want := one(t, []byte(plain))
	bare := plain[strings.Index(plain, ":20:"):]
	for name, file := range map[string]string{
		"CR LF": strings.ReplaceAll(plain, "\n", "\r\n"), "CR": strings.ReplaceAll(plain, "\n", "\r"), "no envelope": bare,
		"no end": strings.TrimSuffix(bare, "-}\n"), "a dash": strings.TrimSuffix(bare, "}\n"), "one line envelope": "{1:F01X}{2:I940X}{4:" + bare,
		"a byte order mark": "\xef\xbb\xbf" + plain, "blank lines": strings.ReplaceAll(plain, "\n", "\n\n"), "end of text": plain + "\x03",
	} {
		got := one(t, []byte(file))
		if len(got.Entries) != len(want.Entries) || got.Entries[0].Details[0] != want.Entries[0].Details[0] || got.Closing.Amount != want.Closing.Amount || got.Text != want.Text {
			t.Errorf("%s gives %+v", name, got)
		}
	}
}

func TestAPayersWordsCannotStandInForTheBanks(t *testing.T) {
	german := one(t, mt940("C260115EUR1,", ":61:2601150115C1,NTRFX", ":86:166?20SVWZ+IBAN+NL63TRIO021234?215678 EREF+FAKE?31"+erika+"?32Erika")).Entries[0].Details[0]
	if german.Counterparty.IBAN != erika {
		t.Errorf("the account is %q", german.Counterparty.IBAN)
	}
	german = one(t, mt940("C260115EUR1,", ":61:2601150115C1,NTRFX", ":86:166?20EREF+TRUE?21SVWZ+Hello EREF+FAKE?31"+erika)).Entries[0].Details[0]
	if german.EndToEndID != "TRUE" || german.Remittance != "Hello EREF+FAKE" {
		t.Errorf("the detail is %+v", german)
	}
	dutch := one(t, mt940("C260115EUR1,", ":61:2601150115C1,NTRFX", ":86:/TRTP/X/REMI/Hi /IBAN/"+erika+"/IBAN/"+trio+"/NAME/Me")).Entries[0].Details[0]
	if dutch.Counterparty.IBAN != trio {
		t.Errorf("the account is %q", dutch.Counterparty.IBAN)
	}
}

func TestTextThatLooksLikeAFieldStaysText(t *testing.T) {
	e := one(t, mt940("C260115EUR1,", ":61:2601150115C1,NTRFX", ":86:first", ":99:second", "-", "+49 170 call me?")).Entries[0]
	if e.Details[0].Remittance != "first :99:second - +49 170 call me?" {
		t.Errorf("the text is %q", e.Details[0].Remittance)
	}
}

func TestKeywordsAtFullLinesAreFound(t *testing.T) {
	d := one(t, mt940("C260115EUR1,", ":61:2601150115C1,NTRFX", ":86:166?20EREF+ABCDEFGHIJKLMNOPQRSTUV?21SVWZ+full line of 27 letters?22 and more?30COBADEFFXXX")).Entries[0].Details[0]
	if d.EndToEndID != "ABCDEFGHIJKLMNOPQRSTUV" || d.Remittance != "full line of 27 letters and more" {
		t.Errorf("the detail is %+v", d)
	}
}

func TestOldCharsetsAreGuessedByTheirBytes(t *testing.T) {
	for data, want := range map[string]string{
		"Größe": "Größe", "Gr\xf6\xdfe": "Größe", "Gr\x94\xe1e": "Größe", "\x93JA\x94 UND \x93NEIN\x94": "“JA” UND “NEIN”", "\x93Ja\x94 sagt er, \x8aibenik": "“Ja” sagt er, Šibenik",
		"PL60102010260000042270201111 za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9": "PL60102010260000042270201111 zażółć gęślą",
		"PL60102010260000042270201111 za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1": "PL60102010260000042270201111 zażółć gęślą",
		"PL60102010260000042270201111 za\xbe\xa2\x88\x86 g\xa9\x98l\xa5": "PL60102010260000042270201111 zażółć gęślą",
	} {
		if got := text([]byte(data), ""); got != want {
			t.Errorf("%q is read as %q, want %q", data, got, want)
		}
	}
}
