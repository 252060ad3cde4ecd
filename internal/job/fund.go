package job

// The kinds of reader funding.
const (
	// FundFetch looks at objects at a provider and applies what it finds.
	FundFetch = "fund.fetch"
	// FundCatchUp finds what no delivery told us, ends what a crash left open,
	// starts and ends campaigns, and asks for itself again.
	FundCatchUp = "fund.catchup"
	// FundRound does all that time brings about in reader funding: notices,
	// reminders, decisions that were put off, reports; it asks for itself again.
	FundRound = "fund.round"
	// FundThank writes to the donor of a payment that arrived.
	FundThank = "fund.thank"
	// FundPlan writes to the donor of a plan that something became of.
	FundPlan = "fund.plan"
	// FundRefunded writes to the donor of a payment that was given back.
	FundRefunded = "fund.refunded"
	// FundCount counts gifts that came by bank or in hand and waited for a rate.
	FundCount = "fund.count"
)

// FundRef points to an object at a provider.
type FundRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// FundFetchPayload is the payload of FundFetch.
type FundFetchPayload struct {
	Provider string    `json:"provider"`
	Event    string    `json:"event"` // of the inbox; or a name for what is looked at
	Refs     []FundRef `json:"refs"`
}

// FundCatchUpPayload is the payload of FundCatchUp.
type FundCatchUpPayload struct {
	Provider string `json:"provider"`
}

// Fetch is a look at objects, ahead of other work: somebody waits for a thank-you.
func Fetch(provider, event string, refs []FundRef) Job {
	return Job{Kind: FundFetch, Key: FundFetch + ":" + provider + ":" + event, Payload: FundFetchPayload{provider, event, refs}, Priority: 10}
}

// CatchUp is a round of catching up with a provider.
func CatchUp(provider string) Job {
	return Job{Kind: FundCatchUp, Key: FundCatchUp + ":" + provider, Payload: FundCatchUpPayload{provider}, Priority: 5}
}

// FundThankPayload is the payload of FundThank.
type FundThankPayload struct {
	Payment string `json:"payment"` // our id
}

// Thank is a mail to the donor of a payment.
func Thank(paymentID string) Job {
	return Job{Kind: FundThank, Key: FundThank + ":" + paymentID, Payload: FundThankPayload{paymentID}}
}

// Round is a round of what time brings about.
func Round() Job { return Job{Kind: FundRound, Key: FundRound, Priority: 4} }

// FundPlanPayload is the payload of FundPlan.
type FundPlanPayload struct {
	Plan string `json:"plan"` // our id
}

// Plan is the letters about what became of a plan.
func Plan(planID string) Job {
	return Job{Kind: FundPlan, Key: FundPlan + ":" + planID, Payload: FundPlanPayload{planID}}
}

// FundRefundedPayload is the payload of FundRefunded.
type FundRefundedPayload struct {
	Refund string `json:"refund"` // our id
}

// Refunded is a mail to the donor of a payment that was given back.
func Refunded(refundID string) Job {
	return Job{Kind: FundRefunded, Key: FundRefunded + ":" + refundID, Payload: FundRefundedPayload{refundID}}
}

// FundCountPayload is the payload of FundCount: a reference rate that is known now.
type FundCountPayload struct {
	Day  string `json:"day"` // YYYY-MM-DD
	From string `json:"from"`
	To   string `json:"to"`
}

// Count is a look at the gifts that waited for a rate.
func Count(day, from, to string) Job {
	return Job{Kind: FundCount, Key: FundCount + ":" + day + ":" + from + ":" + to, Payload: FundCountPayload{day, from, to}, Priority: 10}
}
