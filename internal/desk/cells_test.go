package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/staff/stafftest"
	"masthead.dev/masthead/internal/store"
)

// way is how an action on a story is tried: the same thing on a page and by a
// program. {id} is the story, {picture} a picture. "" is no such way, with the
// reason in noWay.
type way struct{ page, program string }

// Steps are tried onto a text that nobody has seen, so that whoever may make them
// is told so, and nothing changes.
var ways = map[string]way{
	"write_own":    {"GET /desk/stories/{id}/text", "PUT /stories/{id}/text"},
	"read_drafts":  {"GET /desk/stories/{id}", "GET /stories/{id}/text"},
	"edit_drafts":  {"GET /desk/stories/{id}/text", "PUT /stories/{id}/text"},
	"accept_pitch": step(news.Accept),
	"review":       step(news.Pass),
	"approve":      step(news.Approve),
	"publish":      step(news.GoLive),
	"correct":      step(news.ChangeLive),
	"retract":      step(news.Retire),
	"withdraw":     step(news.TakeDown),
	"confirm":      step(news.Confirm),
	"override":     {"POST /desk/stories/{id}/hold", "PUT /stories/{id}/hold"},
	"break_lock":   {"", ""},
	"edit_media":   {"POST /desk/pictures/{picture}", "PATCH /media/{picture}"},

	"outlet":         {"GET /desk/settings", "GET /settings"},
	"read_audit":     {"GET /desk/audit", "GET /audit"},
	"see_donors":     {"GET /desk/money/donors", "GET /donors"},
	"see_money":      {"GET /desk/money/metrics", "GET /campaigns"},
	"arrange":        {"GET /desk/front", ""},
	"infrastructure": {"GET /desk/jobs", ""},
	"campaigns":      {"GET /desk/money/campaigns/new", ""},
	"refund":         {"POST /desk/money/gifts/x/refund", ""},
	"allocate":       {"GET /desk/money/suspense", ""},
	"expenses":       {"GET /desk/money/expenses", ""},
	"close_period":   {"GET /desk/money/periods", ""},
	"erase_donor":    {"POST /desk/money/donors/x/erase", ""},
	"read_sources":   {"", ""},
	"edit_rules":     {"", ""},
	"receipts":       {"", ""},
}

// noWay says why an action is tried in one way only, or in none.
var noWay = map[string]string{
	"break_lock":   "a program holds no lock; the page's is tried with the stories",
	"read_sources": "no page yet", "edit_rules": "no page yet", "receipts": "asked about a receipt; tried with the receipts",
	"arrange": "programs only read the front so far", "infrastructure": "no operation: backups and imports need a person at the machine", "campaigns": "programs only read campaigns",
	"refund": "no operation: a person has to be there", "allocate": "no operation: a person has to be there", "expenses": "no operation: a person has to be there",
	"close_period": "no operation: a person has to be there", "erase_donor": "no operation: a person has to be there",
}

func step(s news.Step) way {
	return way{"POST /desk/stories/{id}/step/" + string(s), "POST /stories/{id}/steps/" + string(s)}
}

// holder is somebody in the two ways.
type holder struct {
	staff.Person
	browser *desktest.Browser
	program *desktest.Program
	nonce   string
}

// cells is a newsroom in which they are tried.
type cells struct {
	*desktest.Room
	other   staff.Person
	section map[string]string // slug → id
	held    map[string]holder
}

func (r *cells) hold(name string, grants ...staff.Grant) holder {
	r.T.Helper()
	if h, ok := r.held[name]; ok {
		return h
	}
	p := r.Hire(name)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		for _, g := range grants {
			if err := tx.Grant(ctx, desktest.Tester, p.ID, g); err != nil {
				return err
			}
		}
		return nil
	})
	h := holder{Person: p, browser: r.SignIn(p), program: r.Program(p)}
	h.nonce = h.browser.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")
	r.held[name] = h
	return h
}

// story makes one of an account's, on which another one was asked to work.
func (r *cells) story(author, invited string) string {
	r.T.Helper()
	var id string
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		room := news.Newsroom{Clock: r.Clock}
		a, err := room.Create(ctx, tx, news.Author{ID: author, Name: "x"}, news.New{Content: news.Content{Lang: "en", Kind: news.Report, Headline: "Ferry", Section: r.section["town"],
			Body: document.New("en", document.P("The boat left."))}})
		if err != nil {
			return err
		}
		id = a.ID
		return tx.Assign(ctx, desktest.Tester, id, store.Assignment{Reviewer: invited})
	})
	return id
}

func (r *cells) picture(author string) string {
	r.T.Helper()
	p, err := r.Store.AddMedia(r.T.Context(), media.Picture{Hash: author, Mime: "image/png", Width: 10, Height: 10, OriginalKey: author, CreatedBy: author})
	if err != nil {
		r.T.Fatal(err)
	}
	return p.ID
}

// trial is a thing that an action is tried on, and by whom.
type trial struct {
	by    holder
	own   bool // theirs, or somebody else's
	asked bool // they were asked to work on it
	want  bool
}

// trials are those that a cell of the table stands for.
func (r *cells) trials(c stafftest.Cell) []trial {
	r.T.Helper()
	role := staff.Role(c.Role)
	all := r.hold("all-"+c.Role, staff.Grant{Role: role})
	with := func(name string, more ...staff.Grant) holder {
		return r.hold(name+"-"+c.Role, append([]staff.Grant{{Role: role}}, more...)...)
	}
	in := func(slug string) holder {
		return r.hold(slug+"-"+c.Role, staff.Grant{Role: role, Section: r.section[slug]})
	}
	switch c.Holds {
	case "yes":
		return []trial{{by: all, want: true}, {by: all, own: true, want: true}}
	case "–", "propose":
		return []trial{{by: all}, {by: all, own: true}}
	case "own":
		return []trial{{by: all, own: true, want: true}, {by: all, want: c.Action == "write_own" && (role == staff.Editor || role == staff.Publisher)}} // who edits others' drafts writes them
	case "not own":
		return []trial{{by: all, want: true}, {by: all, own: true}}
	case "section":
		return []trial{{by: in("town"), want: true}, {by: in("river"), want: c.Action == "read_audit"}} // its entries are chosen by the sections
	case "invited":
		return []trial{{by: all}, {by: all, asked: true, want: true}}
	case "grant":
		return []trial{{by: all}, {by: with("pub", staff.Grant{Role: staff.Publishing}), want: true}, {by: with("river", staff.Grant{Role: staff.Publishing, Section: r.section["river"]})}}
	}
	r.T.Fatalf("no trial for %q", c.Holds)
	return nil
}

func TestEveryCellOfTheTableIsTheSameOnAPageAndForAProgram(t *testing.T) {
	r := &cells{Room: desktest.Open(t), section: map[string]string{}, held: map[string]holder{}}
	r.Found()
	r.Hire("founder", staff.Owner)
	r.other = r.Hire("other", staff.Reporter)
	for _, slug := range []string{"town", "river"} {
		r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
			r.section[slug], err = tx.PutSection(ctx, news.Section{Slug: slug, Name: outlet.Words{"en": slug}})
			return err
		})
	}
	tried := 0
	for _, c := range stafftest.Cells() {
		w, ok := ways[c.Action]
		if !ok || (w.page == "" || w.program == "") && noWay[c.Action] == "" {
			t.Errorf("nothing says how %s is tried", c.Action)
			continue
		}
		if w == (way{}) {
			continue
		}
		for _, x := range r.trials(c) {
			if x.own && (c.Action == "read_drafts" || c.Action == "edit_drafts") {
				continue // these are about others' drafts
			}
			tried++
			r.try(c, w, x)
		}
	}
	if tried < 200 {
		t.Errorf("only %d trials", tried)
	}
}

func (r *cells) try(c stafftest.Cell, w way, x trial) {
	r.T.Helper()
	author, invited := r.other.ID, ""
	if x.own {
		author = x.by.ID
	}
	if x.asked {
		invited = x.by.ID
	}
	fill := func(way string) (method, path string) {
		if before, after, ok := strings.Cut(way, "{id}"); ok {
			way = before + r.story(author, invited) + after
		}
		if before, after, ok := strings.Cut(way, "{picture}"); ok {
			way = before + r.picture(author) + after
		}
		method, path, _ = strings.Cut(way, " ")
		return method, path
	}
	say := func(door string, status int) {
		if got := status != http.StatusForbidden; got != x.want || status == http.StatusUnauthorized || status >= 500 {
			r.T.Errorf("%s by %s (own %v, asked %v) %s: %d, the table says %v (%s)", c.Action, x.by.Name, x.own, x.asked, door, status, x.want, c.Holds)
		}
	}
	if method, path := fill(w.page); path != "" {
		say("on the page", r.onPage(x.by, method, path))
	}
	if method, path := fill(w.program); path != "" {
		say("for a program", x.by.program.Do(method, path, bodyOf(method), "If-Match", `"nothing-that-is-there"`).Status)
	}
}

func bodyOf(method string) any {
	if method == http.MethodGet {
		return nil
	}
	return map[string]any{}
}

func (r *cells) onPage(by holder, method, path string) int {
	r.T.Helper()
	switch {
	case method == http.MethodGet:
		return by.browser.Get(path).Status
	case strings.HasPrefix(path, "/desk/pictures/"): // reads JSON
		req, err := http.NewRequest(method, r.Server.URL+path, strings.NewReader(`{"nonce":"`+by.nonce+`","credit":"x"}`))
		if err != nil {
			r.T.Fatal(err)
		}
		return by.browser.Do(req).Status
	}
	return by.browser.Post(path, map[string][]string{"nonce": {by.nonce}, "seen": {"nothing-that-is-there"}}).Status
}

func TestNobodyGivesOrTakesARoleOfTheirOwnRankOrAboveByAProgram(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.Hire("founder", staff.Owner)
	for _, by := range staff.Roles() {
		me := r.Hire("by-"+string(by), by)
		p := r.Program(me)
		let := func(method, path string, body any) bool {
			t.Helper()
			got := p.Do(method, path, body)
			if got.Status >= 300 && got.Status != http.StatusForbidden {
				t.Errorf("%s: %s %s: %d %s", by, method, path, got.Status, got.Body)
			}
			return got.Status < 300
		}
		for _, role := range staff.Roles() {
			name := "new-" + string(by) + "-" + string(role)
			if made := let("POST", "/staff", map[string]any{"name": name, "email": name + "@lantern.example", "role": role}); made != mayGive(by, role) {
				t.Errorf("%s makes an account for a %s: %v", by, role, made)
			}
			holder := "/staff/" + r.Hire("of-"+string(by)+"-"+string(role), role).ID
			for _, given := range staff.Roles() {
				want := mayGive(by, role) && mayGive(by, given)
				if got := let("POST", holder+"/grants", map[string]any{"role": given}); got != want {
					t.Errorf("%s gives a %s the role %s: %v", by, role, given, got)
				}
				if given != role && want && !let("POST", holder+"/grants/revoke", map[string]any{"role": given}) {
					t.Errorf("%s can't take the role %s back from a %s", by, given, role)
				}
			}
			if got := let("PUT", holder+"/state", map[string]any{"state": "disabled"}); got != mayGive(by, role) {
				t.Errorf("%s switches a %s off: %v", by, role, got)
			}
			if let("POST", "/staff/"+me.ID+"/grants", map[string]any{"role": role}) {
				t.Errorf("%s gives themselves the role %s", by, role)
			}
		}
		if let("POST", "/staff/"+me.ID+"/grants/revoke", map[string]any{"role": by}) || let("PUT", "/staff/"+me.ID+"/state", map[string]any{"state": "disabled"}) {
			t.Errorf("%s takes their own role or account", by)
		}
	}
	mails, err := r.Store.Mails(t.Context(), 100, 0)
	if err != nil || len(mails) == 0 || mails[0].Kind != store.MailKindStaff || !strings.Contains(mails[0].Text, "/desk/link/") {
		t.Errorf("%d invitations, %v", len(mails), err)
	}
}
