package desk

import (
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// moneyLinks are the pages about money, in the order of the money page. Each is
// shown to those who may open it.
var moneyLinks = []struct {
	key, href string
	may       staff.Action
}{
	{"gifts.heading", giftsPath, staff.SeeDonors},
	{"givers.heading", giversPath, staff.SeeDonors},
	{"plans.heading", plansPath, staff.SeeDonors},
	{"metrics.heading", metricsPath, staff.SeeMoney},
	{"campaign.nav", campaignsPath, staff.Campaigns},
	{"bank.accounts", accountsPath, staff.ConnectBank},
	{"offline.heading", offlinePath, staff.Allocate},
	{"statement.heading", statementsPath, staff.Allocate},
	{"statement.suspense", suspensePath, staff.Allocate},
	{"guard.held.heading", heldPath, staff.Refund},
	{"guard.rates.heading", ratesPath, staff.Allocate},
	{"booking.expense.heading", expensesPath, staff.Expenses},
	{"booking.income.heading", incomePath, staff.Expenses},
	{"booking.opening.heading", openingPath, staff.Expenses},
	{"chart.heading", chartPath, staff.Expenses},
	{"reconcile.heading", reconcilePath, staff.Allocate},
	{"period.heading", periodsPath, staff.ClosePeriod},
	{"guard.set.heading", defencePath, staff.Refund},
	{"receipts.heading", receiptsPath, staff.Receipts},
}

// moneyNav is the list of pages about money that this person may open.
func (v *visit) moneyNav() []web.Link {
	var out []web.Link
	for _, l := range moneyLinks {
		if v.may(l.may, staff.Object{}).OK() {
			out = append(out, web.Link{Text: v.loc.T(l.key), Href: l.href})
		}
	}
	return out
}
