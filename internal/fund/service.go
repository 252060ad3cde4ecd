package fund

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// Service is what pages, jobs and commands call.
type Service struct {
	Store     Store
	Providers map[string]Provider
	Wall      clock.Clock // machine's time: ages of commands
	Money     clock.Clock // the providers' time: campaigns, plans
	// Zone is the outlet's time zone; entries are dated in it.
	Zone func() *time.Location
	// ReturnURL is where a donor comes back to after paying; absolute.
	ReturnURL func(donationID, lang string) string
	// Label names what is paid for on the provider's page.
	Label func(c Campaign, lang string) string
	// MinAge is how old a form must be, so that programs which fill in forms in
	// no time are asked again. Zero switches it off.
	MinAge time.Duration
	Limits func(currency string) Limits
	// Home is the outlet's currency, in which gifts to the general fund count; nil
	// counts each in its own.
	Home func() string
	// Guard are the settings of the defence; nil holds nothing.
	Guard func(context.Context) guard.Settings
}

// DefaultMinAge is for Service.MinAge.
const DefaultMinAge = 2 * time.Second

func (s *Service) provider(key string) (Provider, error) {
	p, ok := s.Providers[key]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no payment provider %q here", key)
	}
	return p, nil
}

func (s *Service) limits(currency string) Limits {
	if s.Limits != nil {
		return s.Limits(currency)
	}
	return DefaultLimits(currency)
}

// Gives tells whether anybody takes gifts in a currency now.
func (s *Service) Gives(currency string) bool {
	for _, p := range s.Providers {
		if p.Caps().Takes(currency, Once) {
			return true
		}
	}
	return false
}

// LimitsOf are the bounds of a gift in a currency, for forms.
func (s *Service) LimitsOf(currency string) Limits { return s.limits(currency) }

// Begin takes a form and returns the donation with the address where it can be
// paid. The errors of the form are fault.Fields in l's language; the same form
// sent twice gives the same donation. fault.Unavailable means that the provider
// did not answer: the same form may be sent again.
func (s *Service) Begin(ctx context.Context, f Form, l *locale.Locale) (Donation, error) {
	p, err := s.provider(f.Provider)
	if err != nil {
		return Donation{}, fault.Fields{"by": l.T("fund.by")}
	}
	g, err := f.check(l, p.Caps(), s.limits(f.Currency))
	if err != nil {
		return Donation{}, err
	}
	if f.Campaign.ID != "" && !f.Campaign.Open(s.Money.Now()) {
		return Donation{}, fault.Fields{"form": l.T("fund.closed")}
	}
	if f.Age < s.MinAge {
		return Donation{}, fault.Fields{"form": l.T("fund.fast")}
	}
	if err := f.cover(p.Caps(), &g); err != nil {
		return Donation{}, err
	}
	if f.Admit != nil {
		if err := f.Admit(g.amount); err != nil {
			return Donation{}, err
		}
	}
	donor, d := f.records(g, l.Lang())
	d.CreatedAt, donor.CreatedAt = s.Money.Now(), s.Money.Now()
	have, c, fresh, err := s.Store.PlanGift(ctx, donor, d, s.beginCommand(f, d, donor))
	if err != nil {
		return Donation{}, err
	}
	if !fresh && !sameGift(have, d, c, donor) {
		return Donation{}, fault.Fields{"form": l.T("fund.sent")}
	}
	if have.URL == "" && have.State == DonationCreated {
		have, err = s.handOff(ctx, p, c, have)
	}
	if fault.Is(err, fault.Invalid) || err == nil && have.URL == "" && (have.State == DonationExpired || have.State == DonationFailed) {
		return Donation{}, fault.Fields{"form": l.T("fund.refused")} // the command keeps the reason
	}
	return have, err
}

// sameGift tells whether a form that was sent before said the same. Whoever has
// mended the address must not be thanked at the old one.
func sameGift(have, d Donation, c Command, donor Donor) bool {
	var in Intent
	if err := json.Unmarshal(c.Params, &in); err != nil {
		return false
	}
	return have.Amount == d.Amount && have.Every == d.Every && have.CampaignID == d.CampaignID && have.Provider == d.Provider && in.Email == donor.Email
}

func (f Form) records(g gift, lang string) (Donor, Donation) {
	appeal := strings.Map(func(r rune) rune {
		if unprintable(r) {
			return -1
		}
		return r
	}, f.Appeal)
	if r := []rune(appeal); len(r) > maxAppeal {
		appeal = string(r[:maxAppeal])
	}
	show := f.ShowName && g.name != ""
	return Donor{ID: f.Nonce, Email: g.email, Name: g.name, ShowName: show, Lang: lang}, Donation{
		ID: f.Nonce, Nonce: f.Nonce, CampaignID: f.Campaign.ID, Amount: g.amount, Every: g.every, Provider: f.Provider,
		State: DonationCreated, Appeal: appeal, ShowName: show, Lang: lang, Consent: f.Consent,
		Cover: g.cover, WantsNews: f.News && f.Campaign.ID != "",
		WantsReminder: f.Remind && f.Provider == KeyBank && g.every != Once,
	}
}

func (s *Service) beginCommand(f Form, d Donation, donor Donor) Command {
	params, err := json.Marshal(Intent{
		ID: d.ID, Amount: d.Amount, Every: d.Every, Email: donor.Email, Lang: d.Lang,
		Label: s.Label(f.Campaign, d.Lang), ReturnURL: s.ReturnURL(d.ID, d.Lang),
	})
	if err != nil {
		panic(err) // our own plain type
	}
	return Command{Key: IdemKey(d.ID + ":begin:1"), Provider: d.Provider, Op: OpBegin, ObjectID: d.ID, Params: params, PlannedAt: s.Wall.Now()}
}

// handOff makes the call of a begin command, outside any transaction, and
// stores the answer. It may be repeated with the same command.
func (s *Service) handOff(ctx context.Context, p Provider, c Command, d Donation) (Donation, error) {
	var in Intent
	if err := json.Unmarshal(c.Params, &in); err != nil {
		return d, fault.Wrap(fault.Internal, err, "")
	}
	h, err := p.Begin(ctx, in, c.Key)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			return d, err // the command stays planned
		}
		if e := s.Store.CloseCommand(ctx, c, err.Error()); e != nil {
			return d, e
		}
		return d, err
	}
	if err := s.Store.Handed(ctx, c.Key, d.ID, h); err != nil {
		return d, err
	}
	return s.Store.Donation(ctx, d.ID)
}

// Refund gives money of a payment back. key makes a repetition harmless, however
// late it comes: an id that the caller minted. fault.Conflict where so much is
// not left, or where the refund of this key has failed: another needs a new key.
func (s *Service) Refund(ctx context.Context, paymentID string, a money.Amount, key string) error {
	pay, providerKey, err := s.Store.Payment(ctx, paymentID)
	if err != nil {
		return err
	}
	if a.Currency != pay.Amount.Currency || a.Minor <= 0 {
		return fault.New(fault.Invalid, "a refund of this payment must be an amount in %s above zero", pay.Amount.Currency)
	}
	if PaidBackByHand(providerKey) {
		return s.refundByHand(ctx, providerKey, pay, a, key)
	}
	p, err := s.provider(providerKey)
	if err != nil {
		return err
	}
	params, _ := json.Marshal(refundParams{Payment: pay.Ref, Amount: a})
	c := Command{Key: IdemKey(key + ":refund"), Provider: providerKey, Op: OpRefund, ObjectID: pay.ID, Params: params, PlannedAt: s.Wall.Now()}
	have, err := s.Store.PlanRefund(ctx, pay, a, c)
	if err != nil || have.Done {
		return err
	}
	// The provider may have forgotten the key of an old one, and would pay twice.
	if have.Failed == "" && s.Wall.Now().Sub(have.PlannedAt) > repeatFor {
		if have.Failed, err = s.findRefund(ctx, p, have.Command); err != nil || have.Failed == "" {
			return err
		}
	}
	if have.Failed != "" {
		return fault.New(fault.Conflict, "this refund was not made: %s", have.Failed)
	}
	return s.refund(ctx, p, have.Command)
}

type refundParams struct {
	Payment string       `json:"payment"`
	Amount  money.Amount `json:"amount"`
}

func (s *Service) refund(ctx context.Context, p Provider, c Command) error {
	var in refundParams
	if err := json.Unmarshal(c.Params, &in); err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	_, err := p.Refund(ctx, PaymentRef(in.Payment), in.Amount, c.Key)
	if err != nil {
		if fault.Is(err, fault.Unavailable) {
			return err
		}
		if e := s.Store.CloseCommand(ctx, c, err.Error()); e != nil {
			return e
		}
		return err
	}
	// First the refund becomes known, then its command ends: in between it counts
	// twice, which is the safe side.
	if err := s.Refresh(ctx, c.Provider, Ref{KindPayment, in.Payment}); err != nil {
		return err
	}
	return s.Store.CloseCommand(ctx, c, "")
}

// Outcome tells what became of a donation. It asks the provider where that is
// still open, so that the donor is told the truth and not what the address of
// the page claims; a provider that doesn't answer leaves the state as we know it.
func (s *Service) Outcome(ctx context.Context, donationID string) (Outcome, error) {
	d, err := s.Store.Donation(ctx, donationID)
	if err != nil {
		return Outcome{}, err
	}
	if d.State != DonationSucceeded && d.Session != "" && !PaidBackByHand(d.Provider) {
		ask, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := s.Refresh(ask, d.Provider, Ref{KindSession, d.Session}); err != nil {
			slog.Warn("the provider could not be asked about a donation", "provider", d.Provider, "err", err)
		}
	}
	return s.Store.DonationOutcome(ctx, donationID)
}

// Turn starts and ends campaigns whose time has come by the money clock.
func (s *Service) Turn(ctx context.Context) error {
	now := s.Money.Now()
	return s.Store.TurnCampaigns(ctx, func(c Campaign) CampaignState { return c.Due(now) })
}

// RefundAmount is what a refund command gives back, in minor units; 0 for other
// commands.
func (c Command) RefundAmount() int64 {
	var in refundParams
	if c.Op != OpRefund || json.Unmarshal(c.Params, &in) != nil {
		return 0
	}
	return in.Amount.Minor
}
