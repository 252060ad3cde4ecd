package receipt

import (
	"slices"
	"time"
)

// TaskStuck asks a person to look at a receipt that could not be issued, or not
// be drawn with all its letters.
const TaskStuck = "receipt.stuck"

// Live is a receipt that holds, with its gifts as they are now.
type Live struct {
	Receipt
	Gifts []Gift
}

// Known is what is known about a payment when its receipts are looked at.
type Known struct {
	Gift     Gift
	Party    Party
	Settings Settings
	Issuer   Issuing
	Zone     *time.Location
	Live     []Live
	Last     Receipt // the newest of Kind Thanks, also one that holds no more; zero for none
}

// Change is a step that Decide asks for: a receipt ends, one is issued, or both.
type Change struct {
	End   Receipt // zero: none ends
	To    State   // of End
	Cause string  // of End
	Issue *Draft  // nil: none is issued
}

// Decide says what makes the receipts about a payment agree with it. A receipt
// whose gifts were given back is voided; one of whose gifts a part was given
// back is replaced; a gift without a receipt gets one, unless it waits for a
// person, a person has voided its receipt, or its donor was erased.
func Decide(k Known, at time.Time) []Change {
	var out []Change
	thanked := k.Last.ID != "" && k.Last.Cause != ByRefund
	for _, live := range k.Live {
		if c, ok := k.follow(live, at); ok {
			out = append(out, c)
		}
	}
	if thanked || k.Gift.Due <= 0 || k.Gift.Held || k.Gift.Erased {
		return out
	}
	d := k.draft(at)
	d.Kind, d.Regime, d.Gifts = Thanks, k.Settings.Automatic(), []Gift{k.Gift}
	d.Series, d.Replaces = d.Regime.Series, k.Last
	return append(out, Change{Issue: &d})
}

func (k Known) draft(at time.Time) Draft {
	return Draft{Settings: k.Settings, DonorID: k.Gift.DonorID, Lang: k.Gift.Lang, Party: k.Party, At: at.In(k.Zone), Issuer: k.Issuer}
}

// follow brings a receipt up to what became of its gifts.
func (k Known) follow(live Live, at time.Time) (Change, bool) {
	d, ok := k.Again(live, at)
	said := 0
	for _, g := range live.Facts.Gifts {
		if i := slices.IndexFunc(d.Gifts, func(now Gift) bool { return now.Payment == g.Payment }); i >= 0 && d.Gifts[i].Due == g.Due {
			said++
		}
	}
	switch {
	case said == len(live.Facts.Gifts) && said == len(d.Gifts):
		return Change{}, false
	case !ok:
		return Change{End: live.Receipt, To: Voided, Cause: ByRefund}, true
	}
	return Change{End: live.Receipt, To: Replaced, Cause: ByRefund, Issue: &d}, true
}

// Again is the draft of a receipt that takes the place of another; false where
// nothing is left for one.
func (k Known) Again(live Live, at time.Time) (Draft, bool) {
	d := k.draft(at)
	d.Kind, d.Year, d.Series, d.Lang, d.Replaces = live.Facts.Kind, live.Facts.Year, live.Series, live.Lang, live.Receipt
	d.Regime = regimes[live.Regime]
	if d.Party.Known() == "" { // the donor was erased since; the law wants the receipt to go on
		d.Party = live.Facts.Donor
	}
	for _, g := range live.Gifts {
		if g.Due > 0 {
			d.Gifts = append(d.Gifts, g)
		}
	}
	return d, len(d.Gifts) > 0
}

// Official is the draft of what the donor's tax office wants, for one gift or,
// with a year, for all of one.
func (k Known) Official(gifts []Gift, year int, at time.Time) Draft {
	d := k.draft(at)
	r := k.Settings.Use()
	d.Kind, d.Regime, d.Series, d.Gifts, d.Year = Official, r, r.Series, gifts, year
	if year != 0 {
		d.Series = r.Annual
	}
	if r.Automatic { // its single receipts were issued already, so this one only sums them up
		d.Kind = Summary
	}
	return d
}
