package money

import (
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// subject is a heading of the money page with the pages below it.
type subject struct {
	key   string
	pages []subpage
}

// subpage is a page about money, for those who may open it.
type subpage struct {
	key, href string
	may       staff.Action
}

// subjects are the pages about money, in the order of the money page.
var subjects = []subject{
	{"overview.gifts", []subpage{
		{"gifts.heading", giftsPath, staff.SeeDonors},
		{"givers.heading", giversPath, staff.SeeDonors},
		{"plans.heading", plansPath, staff.SeeDonors},
		{"guard.held.heading", heldPath, staff.Refund},
		{"offline.heading", offlinePath, staff.Allocate},
		{"metrics.heading", metricsPath, staff.SeeMoney},
	}},
	{"overview.campaigns", []subpage{
		{"campaign.nav", campaignsPath, staff.Campaigns},
		{"money.general", generalPath, staff.Campaigns},
	}},
	{"overview.bank", []subpage{
		{"statement.heading", statementsPath, staff.Allocate},
		{"statement.suspense", suspensePath, staff.Allocate},
		{"reconcile.heading", reconcilePath, staff.Allocate},
	}},
	{"overview.books", []subpage{
		{"booking.expense.heading", expensesPath, staff.Expenses},
		{"booking.income.heading", incomePath, staff.Expenses},
		{"booking.opening.heading", openingPath, staff.Expenses},
		{"guard.rates.heading", ratesPath, staff.Allocate},
		{"period.heading", periodsPath, staff.ClosePeriod},
	}},
	{"overview.receipts", []subpage{
		{"receipts.heading", receiptsPath, staff.Receipts},
		{"receipts.giftaid", giftAidPath, staff.Receipts},
	}},
	{"overview.settings", []subpage{
		{"bank.accounts", accountsPath, staff.ConnectBank},
		{"receipts.settings", receiptSettingsPath, staff.Receipts},
		{"chart.heading", chartPath, staff.Expenses},
		{"guard.set.heading", defencePath, staff.Refund},
	}},
}

// moneyNav are the pages about money that this person may open, by subject.
func (v *visit) moneyNav() []web.LinkGroup {
	var out []web.LinkGroup
	for _, s := range subjects {
		g := web.LinkGroup{Heading: v.Loc.T(s.key)}
		for _, p := range s.pages {
			if v.May(p.may, staff.Object{}).OK() {
				g.Links = append(g.Links, web.Link{Text: v.Loc.T(p.key), Href: p.href})
			}
		}
		if len(g.Links) > 0 {
			out = append(out, g)
		}
	}
	return out
}
