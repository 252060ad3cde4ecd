package fund_test

import (
	"testing"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/giro"
)

const ours = giro.Reference("71480173529")

func pledged() fund.Evidence {
	return fund.Evidence{Pledges: map[giro.Reference]string{ours: "gift"}}
}

func in(minor int64, s fund.Said) fund.Incoming {
	return fund.Incoming{Line: "l", Currency: "EUR", Minor: minor, Date: "2026-03-16", Payer: "p", Said: s}
}

func TestAReferenceIsFoundHoweverItIsWritten(t *testing.T) {
	for name, v := range map[string]struct {
		said fund.Said
		want fund.MatchRule
	}{
		"structured":                   {fund.Said{Reference: "RF71480173529"}, fund.ByReference},
		"written out":                  {fund.Said{Words: "Gift RF71480173529 thanks"}, fund.ByReference},
		"in groups":                    {fund.Said{Words: "RF71 4801 7352 9"}, fund.ByReference},
		"the short form":               {fund.Said{Words: "714-8017-3529"}, fund.ByReference},
		"with a letter O":              {fund.Said{Words: "RF714801 73529 or RF7148O173529"}, fund.ByNoise},
		"cut by the bank":              {fund.Said{Words: "spende RF 71480/173529."}, fund.ByNoise},
		"as end-to-end":                {fund.Said{EndToEnd: "RF71480173529"}, fund.ByReference},
		"as a Swiss QR reference":      {fund.Said{Reference: ours.QRR()}, fund.ByReference},
		"another number":               {fund.Said{Words: "invoice 71480173528"}, fund.NoRule},
		"with two digits changed over": {fund.Said{Words: "RF71480175329"}, fund.NoRule},
	} {
		if d := fund.Match(in(5000, v.said), pledged()); d.Rule != v.want || (d.Rule != fund.NoRule && d.Target.ID != "gift") {
			t.Errorf("%s: %+v, want %q", name, d, v.want)
		}
	}
	if d := fund.Match(in(-5000, fund.Said{Words: "RF71480173529"}), pledged()); d.Rule != fund.NoRule {
		t.Errorf("money that went out is a gift: %+v", d)
	}
}

func TestTwoReferencesInOneTextDecideNothing(t *testing.T) {
	other, err := giro.NewReference(123456789)
	if err != nil {
		t.Fatal(err)
	}
	e := pledged()
	e.Pledges[other] = "another gift"
	if d := fund.Match(in(5000, fund.Said{Words: "for " + string(ours[:5]) + " " + string(ours[5:]) + " and " + string(other[:6]) + "/" + string(other[6:])}), e); d.Rule != fund.NoRule {
		t.Errorf("%+v", d)
	}
}

func TestAStandingOrderNeedsItsAccountAmountAndRhythm(t *testing.T) {
	order := fund.StandingOrder{Donation: "gift", Every: fund.Month, Minor: 1000, Currency: "EUR", Last: "2026-02-16"}
	for name, v := range map[string]struct {
		change func(*fund.Incoming, *fund.StandingOrder)
		want   fund.MatchRule
	}{
		"a month later":    {func(*fund.Incoming, *fund.StandingOrder) {}, fund.ByPayer},
		"a year later":     {func(_ *fund.Incoming, o *fund.StandingOrder) { o.Last = "2025-02-16" }, fund.ByPayer},
		"a week later":     {func(_ *fund.Incoming, o *fund.StandingOrder) { o.Last = "2026-03-09" }, fund.NoRule},
		"another amount":   {func(i *fund.Incoming, _ *fund.StandingOrder) { i.Minor = 1100 }, fund.NoRule},
		"no account":       {func(i *fund.Incoming, _ *fund.StandingOrder) { i.Payer = "" }, fund.NoRule},
		"given once":       {func(_ *fund.Incoming, o *fund.StandingOrder) { o.Every = fund.Once }, fund.NoRule},
		"another currency": {func(i *fund.Incoming, _ *fund.StandingOrder) { i.Currency = "CHF" }, fund.NoRule},
	} {
		i, o := in(1000, fund.Said{}), order
		v.change(&i, &o)
		if d := fund.Match(i, fund.Evidence{Orders: []fund.StandingOrder{o}}); d.Rule != v.want {
			t.Errorf("%s: %+v", name, d)
		}
	}
	two := fund.Evidence{Orders: []fund.StandingOrder{order, {Donation: "second", Every: fund.Month, Minor: 1000, Currency: "EUR", Last: "2026-02-10"}}}
	if d := fund.Match(in(1000, fund.Said{}), two); d.Rule != fund.NoRule {
		t.Errorf("of two that fit equally one is taken: %+v", d)
	}
}

func TestAReversalNeedsMoreThanTheAmount(t *testing.T) {
	back := in(-5000, fund.Said{EndToEnd: "GIFT-7"})
	back.Reversal = true
	part := func(line, e2e, payer, date string) fund.EarlierPart {
		return fund.EarlierPart{Line: line, Minor: 5000, Date: date, Payer: payer, Said: fund.Said{EndToEnd: e2e}}
	}
	e := fund.Evidence{Earlier: []fund.EarlierPart{part("a", "OTHER-1", "p", "2026-03-01"), part("b", "GIFT-7", "q", "2026-03-02"), part("c", "OTHER-2", "r", "2026-03-15")}}
	if d := fund.Match(back, e); d.Target.ID != "b/0" {
		t.Errorf("%+v", d)
	}
	back.Said.EndToEnd, back.Payer = "", "nobody"
	if d := fund.Match(back, e); d.Rule != fund.NoRule {
		t.Errorf("by the amount alone: %+v", d)
	}
}

func TestSuggestionsAreOrderedByWhatSpeaksForThem(t *testing.T) {
	line := in(5000, fund.Said{Name: "OKONKWO, M.", Words: "RF71480173592"})
	c := func(id, name string, minor int64, r giro.Reference) fund.Candidate {
		return fund.Candidate{Target: fund.Target{Kind: fund.ToGift, ID: id}, Name: name, Minor: minor, Currency: "EUR", Date: "2026-03-14", Reference: r}
	}
	list := fund.Rank(line, []fund.Candidate{c("amount", "Else", 5000, ""), c("name", "Marguerite Okonkwo", 5000, ""), c("typo", "Else", 4000, ours), c("nothing", "Else", 100, "")}, 5)
	var got []string
	for _, s := range list {
		got = append(got, s.Target.ID)
	}
	if len(got) != 3 || got[0] != "typo" || got[1] != "name" || got[2] != "amount" {
		t.Errorf("the order is %v: %+v", got, list)
	}
	if list[2].Sure() {
		t.Error("an amount alone is sure")
	}
}

func TestALineIsIgnoredAndTakenUpAsOftenAsItIsSaid(t *testing.T) {
	eachTill(t, func(b *till) {
		b.read(camt{entries: []entry{{minor: -4200, day: "2026-01-14", name: "Hosting Ltd"}}}.String())
		l := b.only(fund.LineSuspense)
		for range 3 {
			b.ok(b.books.Ignore(b.ctx, l.ID, "entered by hand"))
			b.only(fund.LineIgnored)
			b.want("B 0, Unallocated 0")
			b.ok(b.books.TakeUp(b.ctx, l.ID))
			b.only(fund.LineSuspense)
			b.want("B -4200, Unallocated -4200")
		}
		b.sound()
	})
}
