package statement

import (
	"slices"
	"strings"
	"testing"
)

func firstEntry(t *testing.T, name string) *Entry {
	t.Helper()
	return &mustParse(t, sampleFile(t, name), Hint{})[0].Entries[0]
}

func TestTheSameDayInAnotherFormatIsKnown(t *testing.T) {
	camt, swift := mustParse(t, sampleFile(t, "de-camt.xml"), Hint{})[0].Entries, mustParse(t, sampleFile(t, "de-swift-envelope.txt"), Hint{})[0].Entries
	csv, _, _ := guessed(t, "de-sparkasse.csv", Hint{})
	for name, pair := range map[string][2][]Entry{"MT940 after CAMT": {camt, swift}, "CAMT after MT940": {swift, camt}, "CSV after CAMT": {camt, csv[0].Entries}} {
		if got := Known(pair[0], pair[1]); got[0] != (Match{0, true}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Known(camt, csv[0].Entries); got[1].Stored != -1 {
		t.Errorf("another day's fee is taken for the gift: %+v", got)
	}
}

func TestTheSameFileGivesTheSameKeys(t *testing.T) {
	a, b := mustParse(t, sampleFile(t, "nl-ing.940"), Hint{}), mustParse(t, sampleFile(t, "nl-ing.940"), Hint{})
	keys := Keys(ourIBAN, a)
	if !slices.Equal(keys[0], Keys("de72 5007 0010 0123 4567 00", b)[0]) {
		t.Error("the keys differ")
	}
	if slices.Sort(keys[0]); len(slices.Compact(keys[0])) != 3 {
		t.Errorf("the keys are %q", keys)
	}
	if slices.Equal(Keys("OTHER", a)[0], Keys(ourIBAN, a)[0]) {
		t.Error("two accounts share keys")
	}
}

func TestEqualLinesOfADayAreToldApartByTheirOrder(t *testing.T) {
	twice := mustParse(t, camt(line("5.00"), line("5.00"), line("-5.00")), Hint{})
	keys := Keys("A", twice)[0]
	if keys[0] == keys[1] || keys[0] == keys[2] || keys[0] != Key("A", &twice[0].Entries[0], 0) || keys[1] != Key("A", &twice[0].Entries[1], 1) {
		t.Errorf("the keys are %q", keys)
	}
	split := mustParse(t, []byte("<BkToCstmrStmt>"+stmt("1", line("5.00"))+stmt("2", line("5.00"))+"</BkToCstmrStmt>"), Hint{})
	if k := Keys("A", split); k[0][0] == k[1][0] {
		t.Error("equal lines of two statements share a key")
	}
}

func TestAReferenceCutShortByMT940GivesTheSameKey(t *testing.T) {
	long := Entry{BookedAt: "2026-01-15", Amount: 100, BankRef: "2026011512345678901234", Format: CAMT053}
	short := Entry{BookedAt: "2026-01-15", Amount: 100, BankRef: "2026011512345678", Format: MT940, Text: "other"}
	if Key("A", &long, 0) != Key("A", &short, 0) {
		t.Error("the keys differ")
	}
}

// said makes a line of 10.00 on one day.
func said(format Kind, ref string, d Detail) Entry {
	d.Amount = 1000
	return Entry{BookedAt: "2026-01-15", Amount: 1000, BankRef: ref, Format: format, Details: []Detail{d}}
}

func TestLikenessFollowsTheEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		a, b Entry
		want Likeness
	}{
		"same reference":             {said(CAMT053, "REF1", Detail{}), said(MT940, "REF1", Detail{Remittance: "x"}), Same},
		"other reference, one kind":  {said(CAMT053, "REF1", Detail{}), said(CAMT053, "REF2", Detail{}), Different},
		"other reference, two kinds": {said(CAMT053, "REF1", Detail{}), said(MT940, "REF2", Detail{}), Possible},
		"same end-to-end":            {said(CAMT053, "R1", Detail{EndToEndID: "LATERNE-7"}), said(MT940, "R2", Detail{EndToEndID: "LATERNE-7"}), Same},
		"reference in the text":      {said(CAMT053, "", Detail{Reference: "RF71480173529"}), said(MT940, "", Detail{Remittance: "gift RF71 4801 73529"}), Same},
		"umlauts written out":        {said(CAMT053, "", Detail{Remittance: "Grüße aus München"}), said(MT940, "", Detail{Remittance: "GRUESSE AUS MUENCHEN"}), Same},
		"a word cut by the format":   {said(CAMT053, "", Detail{Remittance: "monthly support of the paper"}), said(MT940, "", Detail{Remittance: "monthly sup port of the pap er"}), Same},
		"same payer":                 {said(CAMT053, "", Detail{Counterparty: Party{IBAN: erika}}), said(CSV, "", Detail{Counterparty: Party{IBAN: erika}, Remittance: "gift"}), Same},
		"other payer":                {said(CAMT053, "", Detail{Counterparty: Party{IBAN: erika}, Remittance: "gift for you"}), said(CSV, "", Detail{Counterparty: Party{IBAN: trio}, Remittance: "gift for you"}), Different},
		"nothing in common":          {said(CAMT053, "", Detail{Remittance: "support"}), said(MT940, "", Detail{Remittance: "SAMMLER"}), Possible},
		"same text, one kind":        {said(CSV, "", Detail{Remittance: "Spende!"}), said(CSV, "", Detail{Remittance: "SPENDE"}), Same},
		"other text, one kind":       {said(CSV, "", Detail{Remittance: "Spende A"}), said(CSV, "", Detail{Remittance: "Spende B"}), Different},
	} {
		if got := Compare(&c.a, &c.b); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
		if got := Compare(&c.b, &c.a); got != c.want {
			t.Errorf("%s, turned: %d, want %d", name, got, c.want)
		}
	}
	a, b := said(CAMT053, "REF1", Detail{}), said(CAMT053, "REF1", Detail{})
	if b.BookedAt = "2026-01-16"; Compare(&a, &b) != Different {
		t.Error("another day is the same")
	}
	if b.BookedAt, b.Amount = a.BookedAt, -1000; Compare(&a, &b) != Different {
		t.Error("another amount is the same")
	}
}

func TestTheLikestLinesFindEachOther(t *testing.T) {
	stored := []Entry{said(CAMT053, "", Detail{Remittance: "from Anna with love"}), said(CAMT053, "", Detail{Remittance: "from Berta with joy"}), said(CAMT053, "", Detail{})}
	incoming := []Entry{said(MT940, "", Detail{}), said(MT940, "", Detail{Remittance: "FROM BERTA WITH JOY"}), said(MT940, "", Detail{Remittance: "FROM ANNA WITH LOVE"}), said(MT940, "", Detail{Remittance: "SOMETHING NEW"})}
	want := []Match{{2, false}, {1, true}, {0, true}, {-1, false}}
	if got := Known(stored, incoming); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestASecondEqualGiftOfADayIsNew(t *testing.T) {
	gift := said(CSV, "", Detail{Remittance: "Spende"})
	if got := Known([]Entry{gift}, []Entry{gift, gift}); got[0].Stored != 0 || got[1].Stored != -1 {
		t.Errorf("%+v", got)
	}
	if got := Known([]Entry{said(CSV, "", Detail{Remittance: "Spende A"})}, []Entry{said(CSV, "", Detail{Remittance: "Spende B"})}); got[0].Stored != -1 {
		t.Errorf("another donor's gift in the same format is taken for known: %+v", got)
	}
}

func TestABatchIsKnownByItsPaymentsAndTheyByIt(t *testing.T) {
	batch := Entry{BookedAt: "2026-01-15", Amount: 6000, Format: CAMT053, Details: []Detail{{Amount: 1000, EndToEndID: "GIFT-01"}, {Amount: 2000, EndToEndID: "GIFT-02"}, {Amount: 3000, EndToEndID: "GIFT-03"}}}
	single := func(n string, amount int64) Entry {
		return Entry{BookedAt: "2026-01-15", Amount: amount, Format: MT940, Details: []Detail{{Amount: amount, Remittance: "EREF GIFT-" + n}}}
	}
	singles := []Entry{single("03", 3000), single("01", 1000), single("02", 2000), single("04", 1000)}
	want := []Match{{0, true}, {0, true}, {0, true}, {-1, false}}
	if got := Known([]Entry{batch}, singles); !slices.Equal(got, want) {
		t.Errorf("singles after the batch: %+v, want %+v", got, want)
	}
	if got := Known(singles, []Entry{batch}); got[0].Stored < 0 || !got[0].Sure {
		t.Errorf("the batch after singles: %+v", got)
	}
	twins := batch
	twins.Amount, twins.Details = 2000, []Detail{batch.Details[0], batch.Details[0]}
	if got := Known(singles[1:2], []Entry{twins}); got[0].Stored != -1 {
		t.Errorf("one payment stands for two of a batch: %+v", got)
	}
	if got := Known(singles[:2], []Entry{batch}); got[0].Stored != -1 {
		t.Errorf("a batch of which one payment is missing is known: %+v", got)
	}
}

func TestThousandsOfEqualLinesArePairedInTime(t *testing.T) {
	var a, b []Entry
	for range 100000 {
		a, b = append(a, said(CAMT053, "", Detail{Remittance: "gift of the day"})), append(b, said(MT940, "", Detail{Remittance: "GIFT OF THE DAY, MONTHLY"}))
	}
	for i, m := range Known(a, b) {
		if m.Stored < 0 {
			t.Fatalf("line %d is new", i)
		}
	}
}

func TestKeysHoldNothingReadable(t *testing.T) {
	e := firstEntry(t, "de-swift-envelope.txt")
	if k := Key(ourIBAN, e, 0); len(k) != 64 || strings.Contains(k, "DE72") || strings.Trim(k, "0123456789abcdef") != "" {
		t.Errorf("the key is %q", k)
	}
}
