package fund

import (
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// FeeRate is what a provider says in public that it keeps of a charge: a share
// in millionths, rounded half up to a minor unit, and a fixed part in minor
// units. It is for estimates alone; what was kept is told by movements.
type FeeRate struct{ PerMillion, Fixed int64 }

// Of is the fee of a charge, in minor units.
func (r FeeRate) Of(minor int64) int64 {
	share, err := money.Amount{Minor: minor}.MulRatio(r.PerMillion, 1_000_000)
	if err != nil {
		return 0
	}
	return share.Minor + r.Fixed
}

// Fees is a provider's published schedule by currency; "" stands for all others.
type Fees map[string]FeeRate

// For is the rate for a currency; false where none was published.
func (f Fees) For(currency string) (FeeRate, bool) {
	r, ok := f[currency]
	if !ok {
		r, ok = f[""]
	}
	return r, ok
}

// Covered is the least charge that leaves the gift whole after the provider's
// fee: 50.00 at 2.9 % + 0.30 is 51.80. It is an amount that the provider takes.
// ok is false where no fee is known, or none is kept.
func (c Caps) Covered(gift money.Amount) (total money.Amount, ok bool) {
	r, known := c.Fees.For(gift.Currency)
	if !known || r.PerMillion < 0 || r.PerMillion >= 1_000_000 || gift.Minor <= 0 || r.PerMillion == 0 && r.Fixed <= 0 {
		return gift, false
	}
	start, err := money.Amount{Minor: gift.Minor + r.Fixed}.MulRatio(1_000_000, 1_000_000-r.PerMillion)
	if err != nil {
		return gift, false
	}
	total = gift
	for total.Minor = max(gift.Minor, start.Minor-2); ; total.Minor++ {
		if _, err := money.ToProvider(c.Scale, money.Charge, total); err == nil && total.Minor-r.Of(total.Minor) >= gift.Minor {
			return total, total.Minor > gift.Minor
		}
	}
}

// CoverAsked is what Begin answers to a form whose donor wants to cover the fee
// and has not seen the whole amount yet: the form is shown once more, with the
// sum on its button. Nothing was written.
type CoverAsked struct{ Gift, Total money.Amount }

// Error implements error.
func (e *CoverAsked) Error() string {
	return "the gift with its fee is " + e.Total.String() + "; the donor must see that first"
}

// Fee is the part of the total that covers the fee.
func (e *CoverAsked) Fee() money.Amount {
	return money.Amount{Currency: e.Gift.Currency, Minor: e.Total.Minor - e.Gift.Minor}
}

// Unwrap makes it a fault.Invalid.
func (e *CoverAsked) Unwrap() error { return fault.New(fault.Invalid, "") }

// cover adds the fee to a gift where the donor wants that and the campaign
// offers it. *CoverAsked unless the form named the very total that it comes to.
func (f Form) cover(caps Caps, g *gift) error {
	if !f.Cover {
		return nil
	}
	total, ok := caps.Covered(g.amount)
	if !ok {
		return nil // nobody keeps a fee here
	}
	if f.Total != total.Decimal() {
		return &CoverAsked{g.amount, total}
	}
	g.cover, g.amount = total.Minor-g.amount.Minor, total
	return nil
}
