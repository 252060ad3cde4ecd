package money

import (
	"net/url"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/receipt"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// taskNames are the kinds of task that have a sentence of their own.
var taskNames = map[string]string{
	fund.TaskUnknownPayment: "task.unknown_payment", fund.TaskSuspense: "task.suspense",
	fund.TaskDuplicate: "task.duplicate", fund.TaskMismatch: "task.mismatch",
	store.TaskReconciliation: "task.reconciliation", fund.TaskChangeLost: "task.change_lost", fund.TaskErasedPlan: "task.erased_plan", fund.TaskErasedGift: "task.erased_gift", fund.TaskPayBack: "task.pay_back",
	fund.TaskHeld: "guard.task.held", fund.TaskWarning: "guard.task.warning", fund.TaskLostTwice: "guard.task.lost_twice",
	fund.TaskBreaker: "guard.task.breaker", fund.TaskMode: "guard.task.mode", fund.TaskRate: "guard.task.rate",
	fund.TaskPayoutBank: "task.payout_bank",
	receipt.TaskStuck:   "receipt.task.stuck",
}

// tasks are the kinds of task about money. The treasurer settles them.
func tasks() map[string]desk.TaskKind {
	out := map[string]desk.TaskKind{}
	for kind, key := range taskNames {
		out[kind] = desk.TaskKind{Name: key, May: desk.Only(staff.Allocate), Link: taskLink}
	}
	return out
}

// taskLink is the page on which a task about money is settled, or "".
func taskLink(t store.Task) string {
	detail := func(name string) string {
		s, _ := t.Detail[name].(string)
		return url.QueryEscape(s)
	}
	switch t.Kind {
	case fund.TaskHeld:
		return heldPath
	case fund.TaskWarning, fund.TaskDuplicate:
		return giftsPath + "/" + t.ObjectID
	case fund.TaskLostTwice:
		return giftsPath + "/" + detail("payment")
	case fund.TaskRate:
		return ratesPath + "?day=" + detail("day") + "&from=" + detail("from") + "&to=" + detail("to")
	case fund.TaskPayoutBank:
		return accountsPath
	case fund.TaskBreaker:
		return defencePath
	}
	return ""
}
