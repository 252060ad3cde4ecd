package site

import (
	"context"
	"net/http"
	"strconv"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// newsChoice is a campaign whose news the donor may get or end.
type newsChoice struct {
	id, title string
	wants     bool
}

func (c newsChoice) field() string { return "news-" + c.id }

// newsChoices are the campaigns that the donor gave to, but for those that
// nobody writes about any more and whose news the donor does not get.
func (v *me) newsChoices(ctx context.Context) ([]newsChoice, error) {
	list, err := v.Site.Store.DonorNews(ctx, v.donor.ID)
	if err != nil {
		return nil, err
	}
	var out []newsChoice
	for _, n := range list {
		c, err := v.Site.Store.Campaign(ctx, n.Campaign)
		if err != nil {
			return nil, err
		}
		if over := c.State == fund.CampaignArchived || c.State == fund.CampaignCancelled; n.Wants || !over {
			out = append(out, newsChoice{c.ID, titleOf(c, v.lang, v.outlet), n.Wants})
		}
	}
	return out, nil
}

// newsForm asks of which campaigns the donor wants news; nil where there is none
// to ask about.
func (v *me) newsForm(ctx context.Context) (*web.Form, error) {
	list, err := v.newsChoices(ctx)
	if len(list) == 0 || err != nil {
		return nil, err
	}
	f := &web.Form{ID: "news", Action: v.Path("/my/news"), Nonce: v.mint(), Submit: v.T("my.save"), Quiet: true, Groups: []web.FieldGroup{{}}}
	for _, c := range list {
		f.Groups[0].Fields = append(f.Groups[0].Fields, web.Field{Name: c.field(), Kind: "check", Label: v.T("my.news.of", "campaign", c.title), Checked: c.wants})
	}
	return f, nil
}

// news keeps what was ticked. What the donor did not change stays as it is, so
// that no consent is dated anew.
func (m *My) news(ctx context.Context, v *me) (web.Page, error) {
	if !v.post() {
		return v.to("/my")
	}
	list, err := v.newsChoices(ctx)
	if err != nil {
		return web.Page{}, err
	}
	now := v.Money.Now()
	err = v.Site.Store.Write(ctx, func(tx *store.Tx) error {
		for _, c := range list {
			ticked := v.field(c.field()) != ""
			var err error
			switch {
			case ticked && !c.wants:
				agreed := v.T("agreed.later", "day", v.On(v.Site.Clock.Now()), "words", v.T("campaign.news.tick"))
				err = tx.AskForNews(ctx, c.id, v.donor.ID, agreed)
			case !ticked && c.wants:
				err = tx.StopNews(ctx, c.id, v.donor.ID, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return web.Page{}, err
	}
	return v.to("/my?done=news")
}

// agreed shows what the donor agreed to with each gift, in the words that stood
// on the form; gifts with the same words together.
func (m *My) agreed(ctx context.Context, v *me) (web.Page, error) {
	list, err := v.Site.Store.DonorAgreed(ctx, v.donor.ID)
	if err != nil {
		return web.Page{}, err
	}
	p := web.MyFormPage{Heading: v.T("my.agreed"), Say: []string{v.T("my.agreed.say")}, Links: v.back()}
	at := map[string]int{}
	for _, a := range list {
		gift := v.T("my.agreed.gift", "day", v.On(a.At), "gift", v.T("thanks.amount."+string(a.Every), "amount", v.Locale.Money(a.Amount)))
		i, known := at[a.Terms]
		if !known {
			i = len(p.Panels)
			at[a.Terms] = i
			p.Panels = append(p.Panels, web.MyPanel{ID: "terms-" + strconv.Itoa(i), Heading: gift, Say: []string{a.Terms}})
			continue
		}
		if p.Panels[i].Points = append(p.Panels[i].Points, gift); len(p.Panels[i].Points) == 1 {
			p.Panels[i].Say = append(p.Panels[i].Say, v.T("my.agreed.same"))
		}
	}
	if len(list) == 0 {
		p.Say = []string{v.T("my.gifts.none")}
	}
	return v.form(http.StatusOK, p)
}
