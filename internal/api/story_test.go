package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

type room struct {
	*desktest.Room
	book                           *document
	writer, editor, boss           staff.Person
	write, edit, publish, stranger program
	section                        string
}

func open(t *testing.T) *room {
	r := &room{Room: desktest.Open(t)}
	r.Found()
	r.Hire("owner", staff.Owner)
	r.book = readDocument(t, r.Room)
	r.writer, r.editor, r.boss = r.Hire("ada", staff.Reporter), r.Hire("dora", staff.Editor), r.Hire("tess", staff.Publisher)
	r.write, r.edit, r.publish = r.as(r.writer), r.as(r.editor), r.as(r.boss)
	r.stranger = program{&desktest.Program{Room: r.Room}, r.book}
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		r.section, err = tx.PutSection(ctx, news.Section{Slug: "town", Name: outlet.Words{"en": "Town"}})
		return err
	})
	return r
}

func (r *room) as(p staff.Person, scopes ...staff.Scope) program {
	return program{r.Program(p, scopes...), r.book}
}

// begin makes a story of the writer's and returns its id and newest revision.
func (r *room) begin(headline string) (id, revision string) {
	r.T.Helper()
	got := r.write.must("POST", "/stories", map[string]any{"fields": map[string]any{"headline": headline, "section": r.section}, "markdown": "The first boat left at six."})
	return got.Text("id"), got.Text("revision")
}

// live brings a story to the readers.
func (r *room) live(headline string) (id, revision string) {
	r.T.Helper()
	id, rev := r.begin(headline)
	r.write.must("POST", "/stories/"+id+"/steps/submit", map[string]any{"revision": rev})
	r.edit.must("POST", "/stories/"+id+"/steps/approve", map[string]any{"revision": rev})
	r.publish.must("POST", "/stories/"+id+"/steps/publish", map[string]any{"revision": rev})
	return id, rev
}

func TestAStoryIsWrittenReviewedPublishedAndCorrectedByPrograms(t *testing.T) {
	r := open(t)
	id, rev := r.begin("Ferry back after storm")
	text := r.write.must("GET", "/stories/"+id+"/text?format=markdown", nil)
	if text.Text("markdown") != "The first boat left at six.\n" || text.Header.Get("ETag") != `"`+rev+`"` {
		t.Fatalf("%s %s", text.Header, text.Body)
	}
	saved := r.write.must("PUT", "/stories/"+id+"/text", map[string]any{"markdown": "The first boat left at six on Friday.\n\n> We waited all night.\n"}, "If-Match", text.Header.Get("ETag"))
	now := saved.Text("revision")
	if now == rev || saved.Header.Get("ETag") != `"`+now+`"` {
		t.Fatalf("%s", saved.Body)
	}
	if got := r.write.do("POST", "/stories/"+id+"/steps/submit", map[string]any{"revision": rev}); got.Status != http.StatusPreconditionFailed {
		t.Errorf("a step onto an older text: %d %s", got.Status, got.Body)
	}
	if got := r.write.do("POST", "/stories/"+id+"/steps/submit", map[string]any{}); got.Status != http.StatusPreconditionRequired {
		t.Errorf("a step onto a text that nobody names: %d %s", got.Status, got.Body)
	}
	r.write.must("POST", "/stories/"+id+"/steps/submit", map[string]any{"revision": now})
	if got := r.write.do("POST", "/stories/"+id+"/steps/approve", map[string]any{"revision": now}); got.Status != http.StatusForbidden {
		t.Errorf("a reporter approves: %d %s", got.Status, got.Body)
	}
	r.edit.must("POST", "/stories/"+id+"/steps/approve", map[string]any{"revision": now})
	if got := r.edit.do("POST", "/stories/"+id+"/steps/publish", map[string]any{"revision": now}); got.Status != http.StatusForbidden {
		t.Errorf("an editor without the grant publishes: %d %s", got.Status, got.Body)
	}
	out := r.publish.must("POST", "/stories/"+id+"/steps/publish", map[string]any{"revision": now})
	if out.Text("state") != "published" || !strings.HasPrefix(out.Text("url"), "https://lantern.example/2026/11/") {
		t.Fatalf("%s", out.Body)
	}
	live := r.edit.must("GET", "/stories/"+id, nil)
	if live.Text("url") != out.Text("url") || live.Text("live") != now {
		t.Errorf("%s", live.Body)
	}
	fixed := r.edit.must("PUT", "/stories/"+id+"/text", map[string]any{"base": now, "markdown": "The first boat left at seven on Friday.\n\n> We waited all night.\n"})
	put := map[string]any{"revision": fixed.Text("revision"), "class": "correction", "was": "The boat left at six.", "is": "It left at seven."}
	if got := r.edit.do("POST", "/stories/"+id+"/steps/change", put); got.Status != http.StatusUnprocessableEntity || !strings.Contains(string(got.Body), "flow.no.second") {
		t.Errorf("a correction that nobody else has seen: %d %s", got.Status, got.Body)
	}
	r.publish.must("POST", "/stories/"+id+"/steps/change", put)
	list := r.edit.must("GET", "/corrections", nil)
	if !strings.Contains(string(list.Body), "It left at seven.") {
		t.Errorf("%s", list.Body)
	}
	if got := r.write.must("GET", "/stories/"+id+"/versions", nil); !strings.Contains(string(got.Body), `"number":2`) {
		t.Errorf("%s", got.Body)
	}
}

func TestAnOldBaseOverwritesNothing(t *testing.T) {
	r := open(t)
	id, rev := r.begin("Ferry")
	first := r.write.must("PUT", "/stories/"+id+"/text", map[string]any{"base": rev, "fields": map[string]any{"headline": "Ferry back"}})
	late := map[string]any{"base": rev, "fields": map[string]any{"headline": "Ferry late"}}
	got := r.edit.do("PUT", "/stories/"+id+"/text", late)
	if got.Status != http.StatusPreconditionFailed || got.Text("current", "revision") != first.Text("revision") || got.Text("current", "content", "headline") != "Ferry back" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if n := r.revisions(id); n != 2 {
		t.Errorf("%d revisions", n)
	}
	late["merge"] = true
	got = r.edit.do("PUT", "/stories/"+id+"/text", late)
	if got.Status != http.StatusConflict || got.Text("current", "kept") == "" || got.Text("current", "content", "headline") != "Ferry back" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	got = r.edit.must("PUT", "/stories/"+id+"/text", map[string]any{"base": rev, "fields": map[string]any{"dek": "The harbour reopened."}, "merge": true})
	if got.Text("state") != "merged" || got.Text("content", "headline") != "Ferry back" || got.Text("content", "dek") != "The harbour reopened." {
		t.Errorf("%s", got.Body)
	}
	if got := r.edit.do("PUT", "/stories/"+id+"/text", map[string]any{"fields": map[string]any{"dek": "x"}}); got.Status != http.StatusPreconditionRequired {
		t.Errorf("a text without a base: %d", got.Status)
	}
	old := r.edit.must("GET", "/stories/"+id, nil)
	r.edit.must("PUT", "/stories/"+id+"/assignment", map[string]any{"owner": r.writer.ID, "reviewer": "", "deadline": "2026-12-01T12:00:00Z", "word_target": 500}, "If-Match", old.Header.Get("ETag"))
	if got := r.edit.do("PUT", "/stories/"+id+"/assignment", map[string]any{"owner": "", "reviewer": "", "deadline": nil, "word_target": 0}, "If-Match", old.Header.Get("ETag")); got.Status != http.StatusPreconditionFailed || got.Text("current", "owner") != r.writer.ID {
		t.Errorf("an old assignment: %d %s", got.Status, got.Body)
	}
}

func (r *room) revisions(id string) int {
	r.T.Helper()
	list, err := r.Store.Revisions(r.T.Context(), id)
	if err != nil {
		r.T.Fatal(err)
	}
	return len(list)
}

func TestTheSameRequestUnderTheSameKeyIsDoneOnce(t *testing.T) {
	r := open(t)
	body := map[string]any{"fields": map[string]any{"headline": "Ferry"}}
	a := r.write.must("POST", "/stories", body, "Idempotency-Key", "one")
	b := r.write.must("POST", "/stories", body, "Idempotency-Key", "one")
	if a.Text("id") != b.Text("id") || string(a.Body) != string(b.Body) || b.Header.Get("Idempotent-Replayed") != "true" || b.Header.Get("Location") == "" {
		t.Errorf("%s\n%s", a.Body, b.Body)
	}
	if got := r.write.do("POST", "/stories", map[string]any{"fields": map[string]any{"headline": "Other"}}, "Idempotency-Key", "one"); got.Status != http.StatusBadRequest {
		t.Errorf("another request under the key: %d", got.Status)
	}
	if c := r.edit.must("POST", "/stories", body, "Idempotency-Key", "one"); c.Text("id") == a.Text("id") {
		t.Error("somebody else's key counts as one's own")
	}
	if got := r.write.do("POST", "/stories", map[string]any{"fields": map[string]any{"headlin": "x"}}, "Idempotency-Key", "two"); got.Status != http.StatusBadRequest {
		t.Errorf("a field that is not known: %d %s", got.Status, got.Body)
	}
	r.write.must("POST", "/stories", body, "Idempotency-Key", "two")
	r.Clock.Add(store.RequestLasts + time.Second)
	if d := r.write.must("POST", "/stories", body, "Idempotency-Key", "one"); d.Text("id") == a.Text("id") {
		t.Error("a key is known for more than a day")
	}
}

func TestATokenEndsWithItsTimeItsPersonAndWhenItIsRevoked(t *testing.T) {
	r := open(t)
	if got := r.write.must("GET", "/me", nil); got.Text("person", "name") != "ada" {
		t.Errorf("%s", got.Body)
	}
	dead := func(why string) {
		t.Helper()
		if got := r.write.do("GET", "/me", nil); got.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d", why, got.Status)
		}
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, desktest.Tester, r.writer.ID, staff.Disabled)
	})
	dead("the person is switched off")
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetStaffState(ctx, desktest.Tester, r.writer.ID, staff.Active)
	})
	dead("the person is back, the token is not")
	r.write = r.as(r.writer)
	r.write.must("GET", "/me", nil)
	revoke(r.Room, r.writer)
	dead("revoked")
	r.write = r.as(r.writer)
	r.Clock.Add(staff.TokenUsual + time.Second)
	dead("its time is over")
}

func TestATokenIsTakenFromItsHeaderAlone(t *testing.T) {
	r := open(t)
	b := r.SignIn(r.writer)
	if got := b.Get("/api/v1/me"); got.Status != http.StatusUnauthorized {
		t.Errorf("a session of the desk opens the interface: %d", got.Status)
	}
	if got := r.stranger.do("GET", "/me?access_token="+r.write.Secret, nil); got.Status != http.StatusUnauthorized {
		t.Errorf("a token in the address: %d", got.Status)
	}
	for range 80 {
		r.stranger.do("GET", "/me", nil)
	}
	if got := r.stranger.do("GET", "/me", nil); got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("many tries without a token: %d", got.Status)
	}
	r.write.must("GET", "/me", nil)
}

func TestListsGoOnWhereThePageBeforeEnded(t *testing.T) {
	r := open(t)
	for _, h := range []string{"One", "Two", "Three"} {
		r.begin(h)
		r.Clock.Add(time.Second)
	}
	var seen []string
	for path := "/stories?limit=2"; path != ""; {
		got := r.write.must("GET", path, nil)
		for _, s := range got.JSON("stories").([]any) {
			seen = append(seen, s.(map[string]any)["headline"].(string))
		}
		path = ""
		if next := got.Text("next"); next != "" {
			path = "/stories?limit=2&cursor=" + next
			if !strings.Contains(got.Header.Get("Link"), `rel="next"`) {
				t.Errorf("no link: %s", got.Header)
			}
		}
	}
	if strings.Join(seen, " ") != "Three Two One" {
		t.Errorf("%v", seen)
	}
	if got := r.write.do("GET", "/stories?cursor=nonsense", nil); got.Status != http.StatusBadRequest {
		t.Errorf("%d", got.Status)
	}
}
