package story_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// desk opens a newsroom with two editors at it.
func openDesk(t *testing.T) (r *desktest.Room, nell, omid *desktest.Browser, story string) {
	r = desktest.Open(t)
	r.Found()
	a, b := r.Hire("nell", staff.Editor), r.Hire("omid", staff.Editor)
	story = "/desk/stories/" + begin(r, a)
	return r, r.SignIn(a), r.SignIn(b), story
}

func newest(r *desktest.Room, story string) news.Content {
	r.T.Helper()
	var h draft.Head
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		h, err = draft.Writing{Clock: r.Clock}.Open(ctx, tx, strings.TrimPrefix(story, "/desk/stories/"))
		return err
	})
	return h.Content
}

// main is what stands on a page, for messages.
func main(a desktest.Answer) string { return strings.Join(strings.Fields(a.Find("main").Text()), " ") }

func body(a desktest.Answer) string { return strings.TrimSpace(a.Find("textarea[name=body]").Text()) }

func TestAStoryIsBegunWrittenAndReadWithoutScript(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	nell := r.SignIn(r.Hire("nell", staff.Contributor))
	form := nell.Get("/desk/stories/new")
	a := nell.Send(form, "/desk/stories/new", "headline", "The late bus", "lang", "fa")
	if a.Status != http.StatusSeeOther || !strings.HasSuffix(a.To(), "/edit") {
		t.Fatalf("%d to %s\n%s", a.Status, a.To(), main(a))
	}
	if again := nell.Send(form, "/desk/stories/new", "headline", "The late bus", "lang", "fa"); again.To() != a.To() {
		t.Errorf("the same form twice: %s and %s", a.To(), again.To())
	}
	story := strings.TrimSuffix(a.To(), "/edit")
	page := nell.Get(story + "/text")
	if page.Find("textarea[name=body]").AttrOr("dir", "") != "rtl" || page.Find("script").Length() > 0 {
		t.Errorf("%s", main(page))
	}
	if a := nell.Send(page, story+"/text", "body", "اتوبوس **شب** می‌ماند.\n\n## خط ۷", "dek", " A dek "); a.To() != story+"?done=saved" {
		t.Fatalf("%d to %s\n%s", a.Status, a.To(), main(a))
	}
	if a := nell.Send(page, story+"/text", "body", "اتوبوس **شب** می‌ماند.\n\n## خط ۷", "dek", " A dek "); a.To() != story+"?done=saved" {
		t.Fatalf("sent twice: %d to %s", a.Status, a.To())
	}
	c := newest(r, story)
	if c.Text() != "اتوبوس شب می‌ماند.\n\nخط ۷" || c.Dek != "A dek" || c.Headline != "The late bus" {
		t.Errorf("%+v %q", c, c.Text())
	}
	view := nell.Get(story)
	if view.Status != http.StatusOK || view.Find("h1").Text() != "The late bus" || view.Find("#history").Length() != 1 || view.Find("a[href='"+story+"/text']").Length() != 1 {
		t.Errorf("%d\n%s", view.Status, main(view))
	}
	if list, err := r.Store.RevisionLines(t.Context(), strings.TrimPrefix(story, "/desk/stories/"), 10, 0); err != nil || len(list) != 2 {
		t.Errorf("%d revisions, %v", len(list), err)
	}
	if a := nell.Send(nell.Get("/desk/stories/new"), "/desk/stories/new", "headline", "Kept", "lang", "tlh"); a.Status != http.StatusUnprocessableEntity || a.Find("[name=headline]").AttrOr("value", "") != "Kept" {
		t.Errorf("a language that is not spoken: %d", a.Status)
	}
}

func TestTheFormComesBackWithEverythingOnEveryFault(t *testing.T) {
	r, nell, _, story := openDesk(t)
	page := nell.Get(story + "/text")
	const typed = "typed words\n\n{{image zz A cat}}"
	kept := func(name string, a desktest.Answer, status int) {
		t.Helper()
		if a.Status != status || body(a) != typed || a.Find("[name=headline]").AttrOr("value", "") != "My headline" || a.Find(".errors li").Length() == 0 ||
			a.Find("[name=base]").AttrOr("value", "") == "" {
			t.Errorf("%s: %d, %q, %q", name, a.Status, a.Find(".errors").Text(), body(a))
		}
	}
	values := []string{"body", typed, "headline", "My headline"}
	kept("an unknown marker", nell.Send(page, story+"/text", values...), http.StatusUnprocessableEntity)
	kept("a bad address", nell.Send(page, story+"/text", append(values, "slug", "No Slug")...), http.StatusUnprocessableEntity)
	stale := nell.Send(page, story+"/text", append(values, "nonce", "old")...)
	kept("an old form", stale, http.StatusForbidden)
	nell.Send(page, "/desk/sign-out")
	out := nell.Send(stale, story+"/text", values...)
	kept("nobody is signed in", out, http.StatusUnauthorized)
	if out.Find("a[href='/desk/sign-in']").Length() == 0 {
		t.Error("no way to sign in")
	}
	omid := r.SignIn(r.Hire("reporter", staff.Reporter))
	in := url.Values{"nonce": {omid.Get("/desk").Find("input[name=nonce]").AttrOr("value", "")}, "body": {typed}, "headline": {"My headline"}, "base": {"x"}}
	kept("somebody who may not", omid.Post(story+"/text", in), http.StatusForbidden)
	if a := omid.Post(story+"/text", in, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.Status != http.StatusForbidden || strings.Contains(a.Body, "typed words") {
		t.Errorf("another site: %d", a.Status)
	}
	if c := newest(r, story); c.Headline != "Bus" {
		t.Errorf("something was saved: %+v", c)
	}
}

func TestTwoPlainFormsMergeAndWhatClashesIsChosen(t *testing.T) {
	r, nell, omid, story := openDesk(t)
	a, b := nell.Get(story+"/text"), omid.Get(story+"/text")
	if x := nell.Send(a, story+"/text", "body", strings.Replace(body(a), "nine ten", "nine NELL ten", 1)); x.To() != story+"?done=saved" {
		t.Fatalf("%d to %s", x.Status, x.To())
	}
	x := omid.Send(b, story+"/text", "body", strings.Replace(body(b), "one two", "ONE OMID two", 1))
	if x.To() != story+"?done=merged" || !strings.Contains(omid.Get(x.To()).Find(".note, .notice, [role=status]").Text(), "put together") {
		t.Fatalf("%d to %s\n%s", x.Status, x.To(), main(omid.Get(x.To())))
	}
	if got := newest(r, story).Text(); got != "ONE OMID two three four\n\nfive six seven eight\n\nnine NELL ten" {
		t.Errorf("%q", got)
	}
	a, b = nell.Get(story+"/text"), omid.Get(story+"/text")
	nell.Send(a, story+"/text", "body", strings.Replace(body(a), "six", "SIX-N", 1), "headline", "Nell's")
	x = omid.Send(b, story+"/text", "body", strings.Replace(body(b), "six", "SIX-O", 1), "headline", "Omid's")
	if !strings.HasPrefix(x.To(), story+"/conflict?kept=") {
		t.Fatalf("%d to %s", x.Status, x.To())
	}
	page := omid.Get(x.To())
	for _, want := range []string{"Before: five six seven eight", "five SIX-N seven eight", "five SIX-O seven eight", "Nell's", "Omid's"} {
		if !strings.Contains(page.Find("#conflict").Text(), want) {
			t.Errorf("%q is not shown in\n%s", want, page.Find("#conflict").Text())
		}
	}
	var blockField string
	page.Find("#conflict input[type=radio][value=both]").Each(func(_ int, s *goquery.Selection) { blockField = s.AttrOr("name", "") })
	if !strings.Contains(omid.Get(story).Find("#aside").Parent().Text(), "omid") {
		t.Error("the page of the story does not tell of the text that was kept aside")
	}
	late := omid.Get(x.To())
	if y := omid.Send(page, story+"/conflict", "pick-field:headline", "mine", blockField, "both"); y.To() != story+"?done=decided" {
		t.Fatalf("%d to %s\n%s", y.Status, y.To(), main(y))
	}
	c := newest(r, story)
	if c.Headline != "Omid's" || !strings.Contains(c.Text(), "five SIX-N seven eight\n\nfive SIX-O seven eight") {
		t.Errorf("%s %q", c.Headline, c.Text())
	}
	if y := omid.Send(late, story+"/conflict", "pick-field:headline", "mine"); y.Status != http.StatusUnprocessableEntity {
		t.Errorf("an old choice: %d to %s", y.Status, y.To())
	}
}

func TestRevisionsAreListedComparedAndBroughtBack(t *testing.T) {
	r, nell, omid, story := openDesk(t)
	write := func(b *desktest.Browser, from, to string) {
		t.Helper()
		a := b.Get(story + "/text")
		if x := b.Send(a, story+"/text", "body", strings.Replace(body(a), from, to, 1)); x.Status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", x.Status, main(x))
		}
		r.Clock.Add(time.Minute)
	}
	write(nell, "nine ten", "nine ten eleven twelve")
	write(nell, "five ", "")
	write(omid, "one", "uno")
	list := nell.Get(story + "/revisions")
	if n := list.Find("tbody tr").Length(); n != 3 { // omid, nell's two saves as one sitting, the beginning
		t.Errorf("%d lines\n%s", n, list.Find("tbody").Text())
	}
	row := list.Find("tbody tr").Eq(1).Text()
	for _, want := range []string{"nell", "+2 −1", "2 saves"} {
		if !strings.Contains(row, want) {
			t.Errorf("%q is not in %q", want, row)
		}
	}
	href := list.Find("tbody tr").Eq(1).Find("a").Last().AttrOr("href", "")
	diff := nell.Get(href)
	if diff.Status != http.StatusOK || strings.TrimSpace(diff.Find("ins").Text()) != "eleven twelve" || strings.TrimSpace(diff.Find("del").Text()) != "five" {
		t.Errorf("%s: %d, +%s −%s", href, diff.Status, diff.Find("ins").Text(), diff.Find("del").Text())
	}
	one := omid.Get(story + "/revisions/1")
	if !strings.Contains(one.Find("main").Text(), "five six seven eight") {
		t.Errorf("%s", main(one))
	}
	if x := omid.Send(one, story+"/revisions/1/restore"); x.To() != story+"?done=restored" {
		t.Fatalf("%d to %s", x.Status, x.To())
	}
	if got := newest(r, story).Text(); got != "one two three four\n\nfive six seven eight\n\nnine ten" {
		t.Errorf("%q", got)
	}
	for _, path := range []string{"/revisions/99", "/revisions/x", "/revisions/0", "/changes?from=1", "/changes", "/conflict?kept=zz"} {
		if a := nell.Get(story + path); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	if !strings.Contains(r.Log(), "article.restored") {
		t.Errorf("logged: %s", r.Log())
	}
}

// Who may do what with a text, as the table of the newsroom has it.
const textRights = `
who               | read | write
contributor       | –    | –
contributor's own | yes  | yes
reporter          | yes  | –
reporter's own    | yes  | yes
reporter elsewhere | –   | –
editor            | yes  | yes
editor elsewhere  | –    | –
publisher         | yes  | yes
admin             | –    | –
treasurer         | –    | –
`

func TestEachRouteOfATextAsksTheSameTable(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	boss := r.Hire("boss", staff.Publisher)
	for _, line := range strings.Split(strings.TrimSpace(textRights), "\n")[1:] {
		cells := strings.Split(line, "|")
		who, read, write := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]) == "yes", strings.TrimSpace(cells[2]) == "yes"
		role, _, _ := strings.Cut(strings.TrimSuffix(who, "'s own"), " ")
		p := r.Hire(strings.NewReplacer(" ", "-", "'", "").Replace(who), staff.Role(role))
		author := boss
		switch {
		case strings.HasSuffix(who, "own"):
			author = p
		case strings.HasSuffix(who, "elsewhere"):
			r.Write(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Revoke(ctx, desktest.Tester, p.ID, staff.Grant{Role: staff.Role(role)}); err != nil {
					return err
				}
				return tx.Grant(ctx, desktest.Tester, p.ID, staff.Grant{Role: staff.Role(role), Section: "far"})
			})
		}
		story := "/desk/stories/" + begin(r, author)
		b := r.SignIn(p)
		for _, path := range []string{"", "/revisions", "/revisions/1", "/changes?from=1&to=1"} {
			if got := b.Get(story + path).Status; (got == http.StatusOK) != read || !read && got != http.StatusForbidden {
				t.Errorf("%s reads %q: %d", who, path, got)
			}
		}
		for _, path := range []string{"/text", "/edit"} {
			if got := b.Get(story + path).Status; (got == http.StatusOK) != write {
				t.Errorf("%s opens %s: %d", who, path, got)
			}
		}
		e := &editor{Browser: b, nonce: b.Get("/desk").Find("input[name=nonce]").AttrOr("value", "")}
		c, _ := json.Marshal(newest(r, story))
		for path, in := range map[string]map[string]any{"/lock": {"client": id.New(), "do": "hold"}, "/save": {"client": id.New(), "seq": 1, "base": "x", "content": json.RawMessage(c)}} {
			status, answer := e.post(story+path, in)
			if (status == http.StatusOK || status == http.StatusConflict) != write || !write && !strings.Contains(string(answer), `"denied"`) {
				t.Errorf("%s, %s: %d %s", who, path, status, answer)
			}
		}
		in := url.Values{"nonce": {e.nonce}, "body": {"x"}}
		for _, path := range []string{"/text", "/conflict", "/revisions/1/restore"} {
			if got := b.Post(story+path, in).Status; (got == http.StatusForbidden) == write {
				t.Errorf("%s sends %s: %d", who, path, got)
			}
		}
	}
}
