// Package money has the desk's pages about money, all below /desk/money:
// campaigns, gifts and who gave them, bank accounts and their statements, the
// books, receipts.
package money

import (
	"context"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// Pages are the pages about money.
type Pages struct {
	*desk.Desk
	measured measured
}

// Part is what these pages add to a desk.
func Part(on *desk.Desk) desk.Part {
	d := &Pages{Desk: on}
	return desk.Part{Routes: d.routes(), Tasks: tasks()}
}

// visit is a request, with the pages at hand.
type visit struct {
	*desk.Visit
	d *Pages
}

// in makes a page of the desk of one of ours.
func (d *Pages) in(page func(context.Context, *visit) (web.Page, error)) desk.Page {
	return func(ctx context.Context, v *desk.Visit) (web.Page, error) { return page(ctx, &visit{v, d}) }
}

func (d *Pages) routes() []desk.Route {
	in := d.in
	return []desk.Route{
		{Pattern: "GET /desk/money", Page: in(d.moneyPage), May: desk.SeeMoney},
		{Pattern: "GET /desk/money/campaigns", Page: in(d.campaigns), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/new", Page: in(d.newCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/new", Page: in(d.doNewCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}", Page: in(d.campaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/edit", Page: in(d.editCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/edit", Page: in(d.doEditCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/state", Page: in(d.doCampaignState), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/extend", Page: in(d.extendCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/extend", Page: in(d.doExtendCampaign), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/updates/new", Page: in(d.newUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/updates/new", Page: in(d.doUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/updates/{update}", Page: in(d.update), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/updates/{update}", Page: in(d.doUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/updates/{update}/edit", Page: in(d.editUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/updates/{update}/publish", Page: in(d.doPublishUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/updates/{update}/mail", Page: in(d.mailUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/updates/{update}/mail", Page: in(d.doMailUpdate), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/matching/new", Page: in(d.matching), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/matching/new", Page: in(d.doMatching), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/campaigns/{id}/matching/{matching}", Page: in(d.matching), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/campaigns/{id}/matching/{matching}", Page: in(d.doMatching), May: desk.Only(staff.Campaigns)},
		{Pattern: "GET /desk/money/general", Page: in(d.generalFund), May: desk.Only(staff.Campaigns)},
		{Pattern: "POST /desk/money/general", Page: in(d.doGeneralFund), May: desk.Only(staff.Campaigns)},

		{Pattern: "GET /desk/money/gifts", Page: in(d.gifts), May: desk.Only(staff.SeeDonors)},
		{Pattern: "GET /desk/money/gifts/{id}", Page: in(d.gift), May: desk.Only(staff.SeeDonors)},
		{Pattern: "POST /desk/money/gifts/{id}/refund", Page: in(d.doRefund), May: desk.Only(staff.Refund), Prove: true},
		{Pattern: "GET /desk/money/donors", Page: in(d.givers), May: desk.Only(staff.SeeDonors)},
		{Pattern: "GET /desk/money/donors/export", Page: in(d.exportGivers), May: desk.Only(staff.SeeDonors), Prove: true},
		{Pattern: "GET /desk/money/donors/{id}", Page: in(d.giver), May: desk.Only(staff.SeeDonors)},
		{Pattern: "POST /desk/money/donors/{id}/notes", Page: in(d.doNote), May: desk.Only(staff.SeeDonors)},
		{Pattern: "POST /desk/money/donors/{id}/tags", Page: in(d.doTags), May: desk.Only(staff.SeeDonors)},
		{Pattern: "POST /desk/money/donors/{id}/erase", Page: in(d.doErase), May: desk.Only(staff.EraseDonor), Prove: true},
		{Pattern: "GET /desk/money/plans", Page: in(d.plans), May: desk.Only(staff.SeeDonors)},
		{Pattern: "POST /desk/money/plans/{id}", Page: in(d.doPlan), May: desk.Only(staff.SeeDonors)},
		{Pattern: "GET /desk/money/metrics", Page: in(d.metrics), May: desk.Only(staff.SeeMoney)},

		{Pattern: "GET /desk/money/accounts", Page: in(d.bankAccounts), May: desk.Only(staff.ConnectBank)},
		{Pattern: "GET /desk/money/accounts/new", Page: in(d.newAccount), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "POST /desk/money/accounts/new", Page: in(d.doNewAccount), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "GET /desk/money/accounts/{id}", Page: in(d.editAccount), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "POST /desk/money/accounts/{id}", Page: in(d.doEditAccount), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "POST /desk/money/accounts/{id}/payouts", Page: in(d.doPayouts), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "POST /desk/money/accounts/{id}/close", Page: in(d.doCloseAccount), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "POST /desk/money/account-changes/{id}", Page: in(d.doBankChange), May: desk.Only(staff.ConnectBank), Prove: true},
		{Pattern: "GET /desk/money/offline", Page: in(d.offline), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/offline", Page: in(d.doOffline), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/offline/{id}/back", Page: in(d.doOfflineBack), May: desk.Only(staff.Allocate)},

		{Pattern: "GET /desk/money/statements", Page: in(d.statementsPage), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/statements", Page: in(d.doUpload), May: desk.Only(staff.Allocate), Upload: true},
		{Pattern: "GET /desk/money/statements/begin/{id}", Page: in(d.beginPage), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/statements/begin/{id}", Page: in(d.doBegin), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/statements/new/{id}", Page: in(d.newStatement), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/statements/new/{id}", Page: in(d.doNewStatement), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/statements/new/{id}/mapping", Page: in(d.csvMapping), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/statements/new/{id}/mapping", Page: in(d.doCSVMapping), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/suspense", Page: in(d.suspense), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/suspense", Page: in(d.doSuspense), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/lines", Page: in(d.bankLines), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/lines/{id}", Page: in(d.bankLine), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/lines/{id}", Page: in(d.doBankLine), May: desk.Only(staff.Allocate)},

		{Pattern: "GET /desk/money/held", Page: in(d.held), May: desk.Only(staff.Refund)},
		{Pattern: "POST /desk/money/held/{id}", Page: in(d.doHeld), May: desk.Only(staff.Refund), Prove: true},
		{Pattern: "GET /desk/money/rates", Page: in(d.rates), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/rates", Page: in(d.doRate), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/defence", Page: in(d.defence), May: desk.Only(staff.Refund)},
		{Pattern: "POST /desk/money/defence", Page: in(d.doDefence), May: desk.Only(staff.Refund)},

		{Pattern: "GET /desk/money/receipts", Page: in(d.receipts), May: desk.Only(staff.Receipts)},
		{Pattern: "GET /desk/money/receipts/settings", Page: in(d.receiptSettings), May: desk.Only(staff.Receipts), Prove: true},
		{Pattern: "POST /desk/money/receipts/settings", Page: in(d.doReceiptSettings), May: desk.Only(staff.Receipts), Prove: true},
		{Pattern: "GET /desk/money/gift-aid", Page: in(d.giftAid), May: desk.Only(staff.Receipts)},
		{Pattern: "POST /desk/money/gift-aid", Page: in(d.doClaim), May: desk.Only(staff.Receipts)},
		{Pattern: "GET /desk/money/gift-aid/{id}", Page: in(d.claim), May: desk.Only(staff.Receipts)},
		{Pattern: "GET /desk/money/gift-aid/declarations/{id}", Page: in(d.declaration), May: desk.Only(staff.Receipts)},
		{Pattern: "GET /desk/money/receipts/{id}", Page: in(d.oneReceipt), May: desk.Only(staff.Receipts)},
		{Pattern: "GET /desk/money/receipts/{id}/file", Page: in(d.receiptFile), May: desk.Only(staff.Receipts)},
		{Pattern: "POST /desk/money/receipts/{id}/send", Page: in(d.doSendReceipt), May: desk.Only(staff.Receipts)},
		{Pattern: "POST /desk/money/receipts/{id}/end", Page: in(d.doEndReceipt), May: desk.Only(staff.Receipts)},
		{Pattern: "POST /desk/money/receipts/{id}/party", Page: in(d.doParty), May: desk.Only(staff.Receipts)},
		{Pattern: "POST /desk/money/receipts/{id}/official", Page: in(d.doOfficial), May: desk.Only(staff.Receipts)},

		{Pattern: "GET /desk/money/expenses", Page: in(d.bookings), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/expenses/new", Page: in(d.newBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/expenses/new", Page: in(d.doNewBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/expenses/{id}", Page: in(d.bookingView), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/expenses/{id}/reverse", Page: in(d.doReverseBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/expenses/file", Page: in(d.bookingFile), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/expenses/file", Page: in(d.doBookingFile), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/expenses/file/{id}", Page: in(d.fileView), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/expenses/file/{id}/book", Page: in(d.doBookFile), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/expenses/template.csv", Page: in(d.bookingTemplate), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income", Page: in(d.bookings), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income/new", Page: in(d.newBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/income/new", Page: in(d.doNewBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income/{id}", Page: in(d.bookingView), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/income/{id}/reverse", Page: in(d.doReverseBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income/file", Page: in(d.bookingFile), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/income/file", Page: in(d.doBookingFile), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income/file/{id}", Page: in(d.fileView), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/income/file/{id}/book", Page: in(d.doBookFile), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/income/template.csv", Page: in(d.bookingTemplate), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/opening", Page: in(d.bookings), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/opening/new", Page: in(d.newBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/opening/new", Page: in(d.doNewBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/opening/{id}", Page: in(d.bookingView), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/opening/{id}/reverse", Page: in(d.doReverseBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/expenses/{id}/pay", Page: in(d.doPayBooking), May: desk.Only(staff.Expenses)},
		{Pattern: "GET /desk/money/chart", Page: in(d.chart), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/chart", Page: in(d.doChart), May: desk.Only(staff.Expenses)},
		{Pattern: "POST /desk/money/chart/threshold", Page: in(d.doThreshold), May: desk.Only(staff.ClosePeriod)},
		{Pattern: "GET /desk/money/reconciliation", Page: in(d.reconciliation), May: desk.Only(staff.Allocate)},
		{Pattern: "POST /desk/money/reconciliation", Page: in(d.doReconcile), May: desk.Only(staff.Allocate)},
		{Pattern: "GET /desk/money/periods", Page: in(d.periods), May: desk.Only(staff.ClosePeriod)},
		{Pattern: "POST /desk/money/periods", Page: in(d.doClose), May: desk.Only(staff.ClosePeriod), Prove: true},
		{Pattern: "GET /desk/money/periods/export", Page: in(d.yearEnd), May: desk.Only(staff.ClosePeriod)},
	}
}
