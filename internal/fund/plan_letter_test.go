package fund_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/worker"
)

// posted lists the mails of a kind, in the order of their keys.
func (r *rig) posted(kind string) []store.Mail {
	r.t.Helper()
	all, err := r.store.Mails(r.ctx, 10_000, 0)
	r.ok(err)
	all = slices.DeleteFunc(all, func(m store.Mail) bool { return m.Kind != kind })
	slices.SortFunc(all, func(a, b store.Mail) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// subjects are those of the letters about plans that came after the first n.
func (r *rig) letters() []string {
	r.t.Helper()
	var out []string
	for _, m := range r.posted("plan") {
		out = append(out, m.Subject)
	}
	return out
}

// wantLetters tells which letters about plans must have gone out since it was
// asked the last time, by words of their subjects.
func (r *rig) wantLetters(words ...string) {
	r.t.Helper()
	var fresh []string
	for _, m := range r.posted("plan") {
		if !r.seen[m.Key] {
			r.seen[m.Key] = true
			fresh = append(fresh, m.Subject)
		}
	}
	if len(fresh) != len(words) {
		r.t.Errorf("on %s the letters %q went out, want %q", r.sandbox.Now().Format(time.DateOnly), fresh, words)
		return
	}
	for _, w := range words {
		if !slices.ContainsFunc(fresh, func(s string) bool { return strings.Contains(s, w) }) {
			r.t.Errorf("on %s the letters %q went out, want %q", r.sandbox.Now().Format(time.DateOnly), fresh, words)
		}
	}
}

// planRound does what time brings about for plans.
func (r *rig) planRound() {
	r.t.Helper()
	r.ok(r.plans.Do(r.ctx))
}

var linkInMail = regexp.MustCompile(`https://lantern\.example/my/link/([A-Za-z0-9_-]+)`)

// powers are the links in a mail, by what they can do; each is over the plan.
func (r *rig) powers(m store.Mail) map[store.Power]string {
	r.t.Helper()
	out := map[store.Power]string{}
	for _, found := range linkInMail.FindAllStringSubmatch(m.Text, -1) {
		l, err := r.store.DonorLink(r.ctx, found[1])
		r.ok(err)
		if l.Object != r.plan().ID || !l.Works(r.wall.Now()) || !strings.Contains(m.HTML, found[1]) {
			r.t.Errorf("the link %s in %q is about %q, or works no more, or is not in the HTML", l.Power, m.Subject, l.Object)
		}
		out[l.Power] = found[1]
	}
	if !strings.Contains(m.Text, "https://lantern.example/my\n") {
		r.t.Errorf("%q does not lead to the donor's own page:\n%s", m.Subject, m.Text)
	}
	return out
}

func (r *rig) wantPowers(m store.Mail, want ...store.Power) {
	r.t.Helper()
	have := r.powers(m)
	for _, p := range want {
		if have[p] == "" {
			r.t.Errorf("%q has no link that can %s", m.Subject, p)
		}
	}
	if len(have) != len(want) {
		r.t.Errorf("%q has %d links, want %v", m.Subject, len(have), want)
	}
}

// letter is the newest one about plans whose subject has the words.
func (r *rig) letter(words string) store.Mail {
	r.t.Helper()
	for _, m := range r.posted("plan") {
		if strings.Contains(m.Subject, words) {
			return m
		}
	}
	r.t.Fatalf("there is no letter %q among %q", words, r.letters())
	return store.Mail{}
}

func TestEachGiftOfAPlanIsThankedForWithLinksThatCanEndIt(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.advance(31)
		thanks := r.posted("gift")
		if len(thanks) != 2 {
			r.t.Fatalf("%d mails", len(thanks))
		}
		for _, m := range thanks {
			r.wantPowers(m, store.DonorCancel, store.DonorPause)
		}
		r.planRound()
		r.wantLetters()
	})
}

func TestASingleGiftIsThankedForWithoutLinksAboutAPlan(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Once)
		r.wantPowers(r.posted("gift")[0])
	})
}

func TestTheDonorHearsOfTheFirstFailureTheLastTryAndTheEnd(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		for _, v := range []struct {
			day    string // fails on 15 and 18 February, 23 February, 2 March
			letter []string
		}{
			{"2026-02-15", []string{"could not be charged"}}, {"2026-02-16", nil}, {"2026-02-18", nil}, {"2026-02-22", nil},
			{"2026-02-23", []string{"last try"}}, {"2026-02-28", nil}, {"2026-03-02", []string{"has ended"}}, {"2026-04-20", nil},
		} {
			r.on(v.day)
			r.planRound()
			r.planRound()
			r.wantLetters(v.letter...)
		}
		first := r.letter("could not be charged")
		if !strings.Contains(first.Text, "We try again on 18 February 2026") {
			r.t.Errorf("the first letter does not say when it is tried again:\n%s", first.Text)
		}
		r.wantPowers(first, store.DonorCancel)
		r.wantPowers(r.letter("last try"), store.DonorCancel)
		r.wantPowers(r.letter("has ended"), store.DonorRestart)
		if !strings.Contains(r.letter("last try").Text, "On 2 March 2026 we try a last time") {
			r.t.Errorf("the letter does not say when:\n%s", r.letter("last try").Text)
		}
	})
}

func TestWhatIsOverWhenItIsHeardOfIsToldInOneLetter(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-03-10")
		r.planRound()
		r.wantLetters("has ended")
	})
}

func TestAFailureIsNotToldBesideTheNewsThatTheLastTryIsNear(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-24")
		r.planRound()
		r.wantLetters("last try")
	})
}

func TestARecoveredChargeIsThankedForAndNotMentionedElse(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.steer(`{"do":"decline","ref":"sub_1"}`)
		r.on("2026-02-16")
		r.wantLetters("could not be charged")
		r.steer(`{"do":"pay","ref":"sub_1"}`)
		r.settle()
		r.planRound()
		r.wantLetters()
	})
}

func TestEveryChangeIsConfirmedWithAWayBack(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-01-20")
		r.must(fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
		r.settle()
		r.wantLetters("is changed")
		m := r.letter("is changed")
		for _, say := range []string{"From now on: $15.00, every month.", "The next gift, of $15.00, is due on 15 February 2026.", "Until now: $10.00, every month"} {
			if !strings.Contains(m.Text, say) {
				r.t.Errorf("the letter does not say %q:\n%s", say, m.Text)
			}
		}
		r.wantPowers(m, store.DonorCancel, store.DonorPause)

		r.must(fund.Change{Do: fund.ChangePause, Until: r.sandbox.Now().AddDate(0, 2, 0)})
		r.settle()
		r.wantLetters("rests")
		r.wantPowers(r.letter("rests"), store.DonorResume, store.DonorCancel)
		if !strings.Contains(r.letter("rests").Text, "until 20 March 2026") {
			r.t.Errorf("the letter does not say until when:\n%s", r.letter("rests").Text)
		}

		r.on("2026-03-25") // it goes on by itself
		r.planRound()
		r.wantLetters("goes on")
		r.wantPowers(r.letter("goes on"), store.DonorCancel, store.DonorPause)

		r.change(fund.ChangeCancel)
		r.settle()
		r.wantLetters("ends on 15 April 2026")
		r.wantPowers(r.letter("ends on"), store.DonorResume)

		r.on("2026-04-16")
		r.wantLetters("as you asked")
		r.wantPowers(r.letter("as you asked"), store.DonorRestart)
	})
}

func TestAYearlyChargeIsAnnouncedSevenDaysBefore(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("120.00", fund.Year)
		for _, v := range []struct {
			day    string // charged on 15 January each year
			letter []string
		}{
			{"2026-12-31", nil}, {"2027-01-07", nil}, {"2027-01-09", []string{"On 15 January 2027: $120.00"}}, {"2027-01-12", nil},
			{"2027-01-16", nil}, {"2028-01-09", []string{"On 15 January 2028: $120.00"}},
		} {
			r.on(v.day)
			r.planRound()
			r.planRound()
			r.wantLetters(v.letter...)
		}
		r.wantPowers(r.letter("15 January 2027"), store.DonorCancel, store.DonorPause)
	})
}

func TestAMonthlyChargeIsAnnouncedOnceAYear(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		announced := 0
		for range 25 * 6 { // 25 months, a look each five days
			r.advance(5)
			r.planRound()
			for _, m := range r.posted("plan") {
				if !r.seen[m.Key] {
					r.seen[m.Key] = true
					announced++
				}
			}
		}
		if announced != 2 {
			r.t.Errorf("%d announcements in 25 months, want one a year: %q", announced, r.letters())
		}
	})
}

func TestAMonthlyChargeOfAnotherAmountIsAnnounced(t *testing.T) {
	each(t, func(r *rig) {
		r.gift("10.00", fund.Month)
		r.on("2026-01-20")
		r.must(fund.Change{Do: fund.ChangeAmount, Amount: usd(1500)})
		r.settle()
		r.wantLetters("is changed")
		r.on("2026-02-09")
		r.planRound()
		r.wantLetters("On 15 February 2026: $15.00")
		r.on("2026-03-09")
		r.planRound()
		r.wantLetters() // it was charged as it is now

		r.must(fund.Change{Do: fund.ChangeAmount, Amount: usd(2000)})
		r.settle()
		r.planRound()
		r.wantLetters("is changed") // so near to the charge the confirmation is the announcement
	})
}

func TestARefundIsToldOnceAndABouncedOneNotAgain(t *testing.T) {
	each(t, func(r *rig) {
		ref := r.gift("50.00", fund.Once)
		for range 2 {
			r.steer(`{"do":"refund","ref":"` + ref + `","amount":1000}`)
			r.settle()
			r.settle()
		}
		told := r.posted("refund")
		if len(told) != 2 || !strings.Contains(told[0].Text, "We have paid back $10.") {
			r.t.Fatalf("%d mails about two refunds: %+v", len(told), told)
		}
		r.steer(`{"do":"refund","ref":"` + ref + `","amount":1000,"fail":true}`)
		r.advance(5)
		o, err := r.store.DonationOutcome(r.ctx, r.last.ID)
		r.ok(err)
		third := fund.RefundID("sandbox", "re_3")
		if o.Payment.Refunded != 2000 {
			r.t.Fatalf("%d are paid back", o.Payment.Refunded)
		}
		payload, err := json.Marshal(job.FundRefundedPayload{Refund: third})
		r.ok(err)
		r.ok((&worker.Refunds{Letters: r.plans.Letters}).Do(r.ctx, job.Work{Payload: payload})) // asked for before it bounced
		if n := len(r.posted("refund")); n != 2 {
			r.t.Errorf("%d mails, though the third refund came back", n)
		}
	})
}
