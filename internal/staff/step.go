package staff

import "slices"

// steps says which action lets somebody make a step of an article's work (see
// package news); any of them is enough.
var steps = map[string][]Action{
	"accept":     {AcceptPitch},
	"submit":     {WriteOwn, EditDrafts},
	"send_back":  {Review},
	"pass":       {Review},
	"approve":    {Approve},
	"reopen":     {Review},
	"schedule":   {Publish},
	"unschedule": {Publish},
	"publish":    {Publish},
	"spike":      {Review},
	"revive":     {Review},
	"change":     {Correct},
	"vouch":      {Review},
	"retract":    {Retract},
	"withdraw":   {Withdraw},
	"confirm":    {Confirm},
	"take_back":  {Correct},
}

// MayStep decides whether a person may make a step. A step that is not known is
// nobody's.
func MayStep(p Person, step string, o Object) Decision {
	best := Decision{Verdict: No, Why: "staff.why.role"}
	for _, a := range steps[step] {
		d := May(p, a, o)
		if d.OK() {
			return d
		}
		if best.Verdict == No {
			best = d
		}
	}
	return best
}

// StepActions are the actions of which any lets somebody make a step.
func StepActions(step string) []Action { return steps[step] }

// MayWriteText tells whether somebody may change what is being written of a
// story: their own, or others'. What has no author, as after an import, is
// nobody's own.
func MayWriteText(p Person, o Object) bool {
	return slices.Contains(o.Authors, p.ID) && May(p, WriteOwn, o).OK() || May(p, EditDrafts, o).OK()
}

// MayReadText tells whether somebody may read it.
func MayReadText(p Person, o Object) bool { return MayWriteText(p, o) || May(p, ReadDrafts, o).OK() }
