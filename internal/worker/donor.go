package worker

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/job"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// SignInLasts is how long a link to a donor's own page works.
const SignInLasts = 15 * time.Minute

// DonorLetters writes the mails that bring donors a link to their own page, or
// tell them of another address.
type DonorLetters struct{ Letters }

// Do is the body of job.DonorLetter.
func (x *DonorLetters) Do(ctx context.Context, w job.Work) error {
	var p job.DonorLetterPayload
	if err := w.Into(&p); err != nil {
		return fault.Wrap(fault.Internal, err, "the payload of a job can't be read")
	}
	d, err := x.Store.Donor(ctx, p.Donor)
	if fault.Is(err, fault.NotFound) {
		return nil // somebody asked for an address from which nobody gave
	}
	if err != nil {
		return err
	}
	link := store.DonorLink{Power: store.Power(p.Power), DonorID: d.ID}
	if p.Next != "" {
		link.Detail = map[string]string{"next": p.Next}
	}
	token := store.NewLinkToken()
	m, err := x.Letter(ctx, web.DonorMail{Kind: p.Power, Until: x.Store.Clock.Now().Add(SignInLasts)}, d, p.Lang, token)
	if err != nil {
		return err
	}
	m.Key = "donor_signin:" + w.ID
	return x.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.KeepDonorLink(ctx, token, link, SignInLasts); err != nil {
			return err
		}
		return tx.QueueMail(ctx, m)
	})
}

// Letter draws a mail to a donor with the link of a token. Its key is the
// caller's to set.
func (x *DonorLetters) Letter(ctx context.Context, data web.DonorMail, to fund.Donor, lang, token string) (store.Mail, error) {
	frame, _, err := x.Frame(ctx, lang)
	if err != nil {
		return store.Mail{}, err
	}
	data.MailFrame, data.Name, data.Link = frame, to.Name, x.Link(token, lang)
	if to.Email != "" && data.Kind == "confirm" {
		to.Name = "" // nobody has proved yet that this address is theirs: it learns nothing
		data.Name = ""
	}
	letter, err := x.Templates.Mail("mail/donor", data)
	return mailTo(to, lang, "", "donor_signin", letter), err
}
