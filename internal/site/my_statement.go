package site

import (
	"context"
	"net/http"
	"slices"
	"time"

	"masthead.dev/masthead/internal/web"
)

// rangeForm asks for the days of a statement.
func (v *me) rangeForm(from, to, wrong string) web.MyRange {
	return web.MyRange{Action: v.Path("/my/statement"), From: from, To: to, Error: wrong}
}

// statement lists what was given in some days of the outlet's zone, both of
// which count, by the provider's or the bank's date of each gift.
func (m *My) statement(ctx context.Context, v *me) (web.Page, error) {
	q := v.r.URL.Query()
	from, err1 := time.ParseInLocation(time.DateOnly, q.Get("from"), v.Zone)
	to, err2 := time.ParseInLocation(time.DateOnly, q.Get("to"), v.Zone)
	now := v.Money.Now().In(v.Zone)
	status, wrong := http.StatusOK, ""
	if err1 != nil || err2 != nil || to.Before(from) || from.Year() < 1900 || to.Year() > now.Year()+1 {
		if len(q) > 0 {
			status, wrong = http.StatusUnprocessableEntity, v.T("my.statement.days")
		}
		from, to = time.Date(now.Year(), 1, 1, 0, 0, 0, 0, v.Zone), time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, v.Zone)
	}
	gifts, err := v.Site.Store.DonorGifts(ctx, v.donor.ID, from, to.AddDate(0, 0, 1), 0)
	if err != nil {
		return web.Page{}, err
	}
	slices.Reverse(gifts)
	p := web.MyStatementPage{
		From: from, To: to, Donor: v.donor.Name, Email: v.donor.Email, Sums: sums(gifts), Made: now, Back: v.Path("/my"),
		Range: v.rangeForm(from.Format(time.DateOnly), to.Format(time.DateOnly), wrong),
	}
	for _, g := range gifts {
		p.Gifts = append(p.Gifts, v.giftLine(g))
	}
	if v.Statement != nil && len(gifts) > 0 {
		if p.PDF, err = v.Statement(ctx, v.donor.ID, v.lang, from, to); err != nil {
			return web.Page{}, err
		}
	}
	v.Title = v.T("my.statement.heading")
	p.Frame = v.Frame
	return v.draw("site/mystatement", status, p)
}
