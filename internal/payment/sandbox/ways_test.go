package sandbox_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/fund"
)

func TestOrdersThatCanNotBeObeyedSayWhatToDo(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"), clock.At(day))
	id, plan := begin(t, s, "d1", fund.Once), begin(t, s, "d2", fund.Month)
	steer(t, s, `{"do":"part","ref":"`+id+`","amount":500}`)
	for order, v := range map[string]struct {
		kind fault.Kind
		say  string
	}{
		`{"do":"clear","ref":"` + id + `"}`:                          {fault.Conflict, `"async":true`},
		`{"do":"bounce","ref":"nothing"}`:                            {fault.NotFound, "knows no session"},
		`{"do":"pay","ref":"` + id + `"}`:                            {fault.Conflict, "part"},
		`{"do":"part","ref":"` + plan + `","amount":500}`:            {fault.Conflict, "plan"},
		`{"do":"part","ref":"` + id + `","amount":-1}`:               {fault.Invalid, "above zero"},
		`{"do":"settle_in","ref":"EUR","currency":"USD"}`:            {fault.Invalid, `"rate":"1.08"`},
		`{"do":"settle_in","ref":"EUR","currency":"XXX","rate":"1"}`: {fault.Invalid, `"currency":"USD"`},
		`{"do":"settle","ref":"ch_1"}`:                               {fault.Conflict, "settled already"},
		`{"do":"warn","ref":"ch_9"}`:                                 {fault.NotFound, "knows no payment"},
		`{"do":"live","ref":"ch_9"}`:                                 {fault.NotFound, "knows no payment"},
		`{"do":"dispute","ref":"ch_1","amount":9999,"force":true}`:   {fault.Invalid, "can be disputed"},
		`{"do":"dance"}`:                                             {fault.Invalid, "clear, bounce, part"},
	} {
		_, err := s.Steer(t.Context(), []byte(order))
		if !fault.Is(err, v.kind) || !strings.Contains(fault.Say(err), v.say) {
			t.Errorf("%s is answered with %v", order, err)
		}
	}
}

func TestWaysToPaySurviveARestart(t *testing.T) {
	file, at := filepath.Join(t.TempDir(), "journal"), clock.At(day)
	s := open(t, file, at)
	for i, intent := range []string{"d1", "d2", "d3"} {
		id := begin(t, s, intent, fund.Once)
		steer(t, s, []string{
			`{"do":"pay","async":true,"ref":"` + id + `"}`, `{"do":"part","ref":"` + id + `","amount":500}`, `{"do":"decline","ref":"` + id + `"}`,
		}[i])
	}
	steer(t, s, `{"do":"settle_in","ref":"USD","currency":"EUR","rate":"0.9","wait":true}`)
	steer(t, s, `{"do":"warn","ref":"ch_1"}`)
	steer(t, s, `{"do":"settle_in","ref":"USD","currency":"EUR","rate":"0.9"}`)
	steer(t, s, `{"do":"refund","ref":"ch_1","amount":100}`)
	before, _ := json.Marshal(state(t, s))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after, _ := json.Marshal(state(t, open(t, file, at))); string(after) != string(before) {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}
