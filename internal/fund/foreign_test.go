package fund_test

import (
	"fmt"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/money"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// gives begins a gift in a currency of its own and pays it.
func (r *rig) gives(amount, currency string) string {
	r.t.Helper()
	f := r.form(amount, fund.Once)
	f.Currency = currency
	ref := r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
	r.settle()
	return ref
}

func (r *rig) balance(account, currency string) int64 {
	r.t.Helper()
	all, err := r.store.Balances(r.ctx)
	r.ok(err)
	for _, b := range all {
		if b.Account == account && b.Currency == currency {
			return b.Minor
		}
	}
	return 0
}

func (r *rig) converting() string {
	r.t.Helper()
	m, err := r.store.CampaignMeter(r.ctx, r.reload())
	r.ok(err)
	return fmt.Sprint(m.Converting)
}

func TestAGiftInAnotherCurrencyCountsAtWhatItSettledFor(t *testing.T) { // 15
	each(t, func(r *rig) {
		r.steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.08","wait":true}`)
		ch := r.gives("20.00", "EUR")
		r.want("C 0, P 0")
		if got := r.converting(); got != "[20.00 EUR]" {
			r.t.Errorf("being converted are %s", got)
		}
		r.steer(`{"do":"settle","ref":"` + ch + `"}`)
		r.settle()
		r.want("C 2160, P 2067, fee 93")
		for currency, want := range map[string]int64{"EUR": 2000, "USD": -2160} {
			if got := r.balance(ledger.Conversion, currency); got != want {
				r.t.Errorf("Conversion in %s is %d, want %d", currency, got, want)
			}
		}
		if got := r.converting(); got != "[]" {
			r.t.Errorf("being converted are still %s", got)
		}
		if p, i := r.balance(letters["P"], "EUR"), r.balance(ledger.Donations, "EUR"); p != 0 || i != -2000 {
			r.t.Errorf("P is %d and Income %d in EUR", p, i)
		}
		if n := r.tasks(fund.TaskSuspense) + r.tasks(fund.TaskMismatch) + r.tasks(fund.TaskRate); n != 0 {
			r.t.Errorf("%d tasks for staff", n)
		}
	})
}

func TestWhatGoesBackOfAConvertedGiftCountsByItsOwnMovement(t *testing.T) {
	for _, v := range []struct {
		name   string
		orders []string
		want   string
	}{
		{"refund in part, at a later rate", []string{`{"do":"refund","ref":"ch_1","amount":500}`}, "C 1610, P 1517"},
		{"refund that bounces", []string{`{"do":"refund","ref":"ch_1","amount":500,"fail":true}`, `{"do":"advance","days":4}`}, "C 2160, P 2067"},
		{"dispute", []string{`{"do":"dispute","ref":"ch_1"}`}, "C -40, P -1633, DisputeFees 1500"},
		{"dispute won", []string{`{"do":"dispute","ref":"ch_1"}`, `{"do":"win","ref":"dp_1"}`}, "C 2160, P 2067, DisputeFees 0"},
		{"dispute lost", []string{`{"do":"dispute","ref":"ch_1","amount":1000}`, `{"do":"lose","ref":"dp_1"}`}, "C 1060, P -533"},
	} {
		t.Run(v.name, func(t *testing.T) {
			each(t, func(r *rig) {
				r.steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.08"}`)
				r.gives("20.00", "EUR")
				r.steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.10"}`)
				for _, order := range v.orders {
					r.steer(order)
					r.settle()
				}
				r.want(v.want)
				if got := r.balance(letters["P"], "EUR"); got != 0 {
					r.t.Errorf("P is %d in EUR, which the provider does not keep", got)
				}
				if a, b := r.balance(ledger.Counted, "USD"), r.balance(ledger.Counting, "USD"); a+b != 0 || a == 0 {
					r.t.Errorf("what counts is %d and its opposite %d", a, b)
				}
			})
		})
	}
}

func (r *rig) setRate(day, rate string) error {
	r.t.Helper()
	err := r.store.Write(r.ctx, func(tx *store.Tx) error {
		return tx.SetRate(r.ctx, store.System, fund.Rate{Day: day, From: "EUR", To: "USD", Rate: money.Rate(rate), Source: "ECB"})
	})
	r.settle()
	return err
}

func TestASettlementInAThirdCurrencyCountsByTheRateOfTheDay(t *testing.T) {
	each(t, func(r *rig) {
		r.steer(`{"do":"settle_in","ref":"EUR","currency":"GBP","rate":"0.85"}`)
		ch := r.gives("10.00", "EUR")
		r.want("C 0, P 0")
		if n := r.tasks(fund.TaskRate); n != 1 || r.converting() != "[10.00 EUR]" {
			r.t.Errorf("%d tasks, being converted are %s", n, r.converting())
		}
		r.ok(r.setRate("2026-01-14", "9")) // another day's
		r.want("C 0")
		r.ok(r.setRate("2026-01-15", "1.0833"))
		r.want("C 1083")
		if n := r.tasks(fund.TaskRate); n != 0 {
			r.t.Errorf("%d tasks are open although the rate is known", n)
		}
		if err := r.setRate("2026-01-15", "2"); !fault.Is(err, fault.Conflict) {
			r.t.Errorf("another rate for the day is answered with %v", err)
		}
		for _, v := range []struct{ back, left int64 }{{333, 723}, {333, 362}, {334, 0}} { // each alone would be rounded
			r.steer(fmt.Sprintf(`{"do":"refund","ref":"%s","amount":%d}`, ch, v.back))
			r.settle()
			r.want(fmt.Sprintf("C %d", v.left))
		}
	})
}

func TestAGiftInTheCampaignsCurrencyCountsWhateverItIsSettledIn(t *testing.T) {
	each(t, func(r *rig) {
		r.steer(`{"do":"settle_in","ref":"USD","currency":"EUR","rate":"0.9"}`)
		r.gift("25.00", fund.Once)
		r.want("C 2500, P 0, Income -2500")
		if got := r.balance(letters["P"], "EUR"); got != 2250-95 || r.converting() != "[]" {
			r.t.Errorf("P is %d in EUR; being converted are %s", got, r.converting())
		}
	})
}

func TestARenewalAfterItsCampaignsEndCountsInTheOutletsCurrencyOnceTheRateIsKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, "EUR")
		r.campaign.EndsAt = newYear.AddDate(0, 1, 0)
		r.write(func(tx *store.Tx) error { return tx.PutCampaign(r.ctx, r.campaign) })
		r.gift("20.00", fund.Month)
		r.on("2026-02-16")
		general := func() string {
			m, err := r.store.GeneralMeter(r.ctx, "USD")
			r.ok(err)
			return fmt.Sprint(m.Received, m.Converting, r.tasks(fund.TaskRate))
		}
		if got := general(); got != "0 [20.00 EUR] 1" {
			t.Errorf("before the rate is known the general fund is %s", got)
		}
		r.ok(r.setRate("2026-02-15", "1.10"))
		if got := general(); got != "2200 [] 0" {
			t.Errorf("with the rate the general fund is %s", got)
		}
	})
}

func TestTheGeneralFundCountsInTheOutletsCurrency(t *testing.T) {
	each(t, func(r *rig) {
		r.steer(`{"do":"settle_in","ref":"EUR","currency":"USD","rate":"1.08"}`)
		f := r.form("20.00", fund.Once)
		f.Campaign, f.Currency = fund.Campaign{}, "EUR"
		r.steer(`{"do":"pay","ref":"` + r.send(f) + `"}`)
		r.settle()
		m, err := r.store.GeneralMeter(r.ctx, "USD")
		r.ok(err)
		if m.Received != 2160 || len(m.Converting) != 0 || m.Donors != 1 {
			r.t.Errorf("the general fund has %+v", m)
		}
	})
}
