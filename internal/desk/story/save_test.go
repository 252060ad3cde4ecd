package story_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/staff"
)

func TestTheEditorIsToldWhatBecameOfItsText(t *testing.T) {
	r, nell, omid, story := openDesk(t)
	nonce := func(b *desktest.Browser) string {
		return b.Get("/desk").Find("input[name=nonce]").AttrOr("value", "")
	}
	e, o := &editor{Browser: nell, nonce: nonce(nell)}, &editor{Browser: omid, nonce: nonce(omid)}
	text, err := json.Marshal(newest(r, story))
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.Store.RevisionByNumber(t.Context(), strings.TrimPrefix(story, "/desk/stories/"), 1)
	if err != nil {
		t.Fatal(err)
	}
	say := func(e *editor, want int, contains string, path string, in map[string]any) string {
		t.Helper()
		status, got := e.post(path, in)
		if status != want || !strings.Contains(string(got), contains) {
			t.Errorf("%d %s", status, got)
		}
		return string(got)
	}
	message := func(seq int, text string) map[string]any {
		return map[string]any{"client": "tab1", "seq": seq, "base": first.ID, "content": json.RawMessage(text), "cut": false}
	}
	edited := func(from, to string) string { return strings.Replace(string(text), from, to, 1) }
	save := story + "/save"

	answer := say(e, http.StatusOK, `"state":"saved"`, save, message(1, edited("one two", "one nell two")))
	if again := say(e, http.StatusOK, "", save, message(1, edited("one two", "one nell two"))); again != answer {
		t.Errorf("%s\n%s", answer, again)
	}
	if !strings.Contains(answer, `"number":2`) || !strings.Contains(answer, `"seq":1`) || !strings.Contains(answer, `"at":"2026-11-20T12:00:00Z"`) {
		t.Errorf("%s", answer)
	}
	got := say(o, http.StatusOK, `"state":"merged"`, save, message(1, edited("nine", "omid nine")))
	if !strings.Contains(got, `"by":["nell"]`) || !strings.Contains(got, "one nell two") || !strings.Contains(got, "omid nine") {
		t.Errorf("%s", got)
	}
	got = say(o, http.StatusConflict, `"state":"conflict"`, save, message(9, edited("one two", "uno due")))
	if !strings.Contains(got, `"part":"block:`) || !strings.Contains(got, `"kept":"`) {
		t.Errorf("%s", got)
	}
	say(e, http.StatusUnprocessableEntity, `"headline"`, save, message(10, edited(`"Bus"`, `"`+strings.Repeat("x", 1100)+`"`)))
	say(e, http.StatusUnprocessableEntity, `"state":"invalid"`, save, message(10, edited(`"paragraph"`, `"marquee"`)))
	say(e, http.StatusUnprocessableEntity, `"state":"invalid"`, save, map[string]any{"client": "a b", "seq": 1})
	say(e, http.StatusNotFound, `"state":"not_found"`, "/desk/stories/"+id.New()+"/save", message(10, string(text)))
	old := e.nonce
	if a := nell.Post(save, nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing at all: %d", a.Status)
	}
	e.nonce = "old"
	say(e, http.StatusOK, `"saved"`, save, message(11, edited("one two", "one nell two"))) // with the fresh nonce of the refusal
	nell.Send(nell.Get("/desk"), "/desk/sign-out")
	e.nonce = old
	say(e, http.StatusUnauthorized, `"state":"signed_out"`, save, message(12, string(text)))
}

func TestTheEditorIsToldWhoElseIsThere(t *testing.T) {
	r, nell, _, _ := openDesk(t)
	rina := r.Hire("rina", staff.Reporter)
	own := "/desk/stories/" + begin(r, rina)
	b := r.SignIn(rina)
	e := &editor{Browser: nell, nonce: nell.Get("/desk").Find("input[name=nonce]").AttrOr("value", "")}
	o := &editor{Browser: b, nonce: b.Get("/desk").Find("input[name=nonce]").AttrOr("value", "")}
	lock := func(e *editor, client, do string) (int, string) {
		status, got := e.post(own+"/lock", map[string]any{"client": client, "do": do})
		return status, string(got)
	}
	if s, got := lock(e, "e1", draft.Hold); s != http.StatusOK || !strings.Contains(got, `"holder":"nell","mine":true,"until":"2026-11-20T12:01:00Z"`) {
		t.Errorf("%d %s", s, got)
	}
	if s, got := lock(o, "o1", draft.Take); s != http.StatusForbidden || !strings.Contains(got, `"denied"`) || !strings.Contains(got, "nell is writing") {
		t.Errorf("a reporter takes it from an editor: %d %s", s, got)
	}
	if s, got := lock(o, "o1", draft.Ask); s != http.StatusOK || !strings.Contains(got, `"mine":false`) || !strings.Contains(got, `"asked":"rina"`) {
		t.Errorf("%d %s", s, got)
	}
	if !strings.Contains(b.Get(own).Body, "nell") {
		t.Error("the story's page does not say who has it")
	}
	r.Clock.Add(draft.Expiry)
	if s, got := lock(o, "o1", draft.Take); s != http.StatusOK || !strings.Contains(got, `"holder":"rina","mine":true`) {
		t.Errorf("%d %s", s, got)
	}
	if s, got := lock(e, "e1", draft.Take); s != http.StatusOK || !strings.Contains(got, `"holder":"nell","mine":true`) || !strings.Contains(r.Log(), "lock.taken") {
		t.Errorf("an editor takes it from a reporter: %d %s, logged %s", s, got, r.Log())
	}
	if s, got := lock(o, "o1", draft.Hold); s != http.StatusOK || !strings.Contains(got, `"mine":false`) {
		t.Errorf("the holder hears: %d %s", s, got)
	}
}
