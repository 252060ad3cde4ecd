package staff_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/staff/stafftest"
)

// The table of transitions, as people write down who may make which step. "own"
// is a story that is theirs, "–" nobody's.
const transitions = `
step       | contributor | reporter | editor  | publisher | admin | treasurer
accept     | –           | own      | yes     | yes       | –     | –
submit     | own         | own      | yes     | yes       | –     | –
send_back  | –           | –        | yes     | yes       | –     | –
pass       | –           | –        | yes     | yes       | –     | –
approve    | –           | –        | not own | yes       | –     | –
reopen     | –           | –        | yes     | yes       | –     | –
schedule   | –           | –        | grant   | yes       | –     | –
unschedule | –           | –        | grant   | yes       | –     | –
publish    | –           | –        | grant   | yes       | –     | –
spike      | –           | –        | yes     | yes       | –     | –
revive     | –           | –        | yes     | yes       | –     | –
change     | –           | propose  | yes     | yes       | –     | –
vouch      | –           | –        | yes     | yes       | –     | –
retract    | –           | –        | propose | yes       | –     | –
withdraw   | –           | –        | propose | yes       | –     | –
confirm    | –           | –        | yes     | yes       | –     | –
take_back  | –           | propose  | yes     | yes       | –     | –
dance      | –           | –        | –       | –         | –     | –
`

func TestEveryCellOfTheTableOfTransitionsHolds(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(transitions), "\n")
	head := stafftest.Split(lines[0])
	for _, line := range lines[1:] {
		cells := stafftest.Split(line)
		for i, role := range head[1:] {
			t.Run(cells[0]+" by "+role, func(t *testing.T) { checkStep(t, cells[0], staff.Role(role), cells[i+1]) })
		}
	}
}

func checkStep(t *testing.T, step string, r staff.Role, cell string) {
	t.Helper()
	ask := func(o staff.Object, more ...staff.Grant) staff.Verdict {
		return staff.MayStep(person(append(more, in("", r))...), step, o).Verdict
	}
	mine := staff.Object{Section: "town", Authors: []string{me}}
	want := map[string][3]staff.Verdict{ // of others' stories, of one's own, of others' with the grant to publish
		"yes": {staff.Yes, staff.Yes, staff.Yes}, "–": {staff.No, staff.No, staff.No}, "own": {staff.No, staff.Yes, staff.No},
		"not own": {staff.Yes, staff.No, staff.Yes}, "propose": {staff.Propose, staff.Propose, staff.Propose}, "grant": {staff.No, staff.No, staff.Yes},
	}[cell]
	if got := [3]staff.Verdict{ask(others), ask(mine), ask(others, in("", staff.Publishing))}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWhoIsAloneProvesThemselvesAndWaitsWhereOthersNeedASecondPerson(t *testing.T) {
	boss := person(in("", staff.Owner))
	sole := staff.Object{Authors: []string{me}, Sole: true}
	for _, step := range []string{"approve", "change"} {
		if d := staff.MayStep(boss, step, sole); !d.OK() || d.Second != staff.Editor || d.Undo != 0 {
			t.Errorf("%s among others: %+v", step, d)
		}
		boss.Alone = true
		if d := staff.MayStep(boss, step, sole); !d.OK() || d.Second != "" || !d.Prove || !d.Reason || d.Undo.Minutes() != 10 {
			t.Errorf("%s alone: %+v", step, d)
		}
		boss.Alone = false
	}
	if d := staff.MayStep(boss, "publish", sole); d.Second != "" {
		t.Errorf("publishing what was approved asks for %s", d.Second)
	}
}
