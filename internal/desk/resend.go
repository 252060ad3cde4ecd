package desk

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/web"
)

// hurdle is why a form was not taken although its page is one of ours, and the
// page on which that is put in order; "" where pressing once more is enough.
type hurdle struct {
	key  string // "lapsed", "stale" or "prove", of its sentences
	page string
}

// withheld are the fields that never go back into a page: they are typed again.
// Every field of the desk that holds a password or a code has one of these names.
var withheld = []string{"password", "current", "code", "recovery"}

// A form is given back up to these bounds: the longest form, in bytes of its
// values, and as many values as no form of ours has.
const maxResent = 2000

// returnable tells whether a form may be given back: it came from a page of ours
// as a page, not from a script, and it is no bigger than forms are. A browser
// that says nothing of where a form comes from gets none: a page elsewhere could
// have filled it in, and the press would be this person's. The origin has been
// checked where one was named.
func (v *Visit) returnable() bool {
	if v.Header.Get("Sec-Fetch-Site") == "" && v.Header.Get("Origin") == "" {
		return false
	}
	if mode := v.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	n, size := 0, 0
	for name, values := range v.PostForm {
		for _, value := range values {
			n, size = n+1, size+len(name)+len(value)
		}
	}
	return n <= maxResent && size <= maxForm
}

// filledIn tells whether a form holds more than a button does.
func (v *Visit) filledIn() bool {
	for name, values := range v.PostForm {
		if name != "nonce" && strings.Join(values, "") != "" {
			return true
		}
	}
	return v.MultipartForm != nil && len(v.MultipartForm.File) > 0
}

// giveBack is the page that holds what was sent, says why it was not taken, and
// sends it on. Nothing of it is kept anywhere else.
func (d *Desk) giveBack(ctx context.Context, v *Visit, h hurdle) (web.Page, error) {
	f := v.Frame(ctx, "resend.heading")
	f.Notice = &web.Notice{Kind: "warn", Text: v.Loc.T("resend.say." + h.key)}
	form := web.Form{ID: "resend", Action: v.URL.RequestURI(), Nonce: v.Nonce(), Submit: v.Loc.T("resend.act")}
	typed := ""
	for _, name := range slices.Sorted(maps.Keys(v.PostForm)) {
		if name == "nonce" {
			continue
		}
		for _, value := range v.PostForm[name] {
			if slices.Contains(withheld, name) && value != "" {
				continue
			}
			form.Hidden = append(form.Hidden, web.HiddenField{Name: name, Value: value})
			if strings.ContainsAny(value, " \n") { // words, not a choice
				typed += value + "\n\n"
			}
		}
	}
	if again := v.typedAgain(); len(again) > 0 {
		form.Groups = []web.FieldGroup{{Fields: again}}
	}
	p := web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form}}
	if v.signedIn() {
		p.Intro = v.Loc.T("resend.who", "name", v.Account.Name)
	}
	if h.page != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "first", Heading: v.Loc.T("resend.first"), Text: v.Loc.T("resend.first.say"), Apart: true,
			Links: []web.Link{{Text: v.Loc.T("resend.do." + h.key), Href: h.page}}})
	}
	if typed != "" {
		p.Panels = append(p.Panels, web.Panel{ID: "typed", Heading: v.Loc.T("resend.typed"), Text: typed})
	}
	return v.Again("desk/form", p)
}

// typedAgain are fields for what the form held and a page may not hold: a
// password, a code, a file.
func (v *Visit) typedAgain() (out []web.Field) {
	for _, name := range withheld {
		if v.PostForm.Get(name) != "" {
			out = append(out, web.Field{Name: name, Kind: "password", Label: v.Loc.T("resend.secret." + name), Hint: v.Loc.T("resend.secret.say"), Autocomplete: "off", Dir: "ltr"})
		}
	}
	if v.MultipartForm == nil {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(v.MultipartForm.File)) {
		if files := v.MultipartForm.File[name]; files[0].Filename != "" {
			out = append(out, web.Field{Name: name, Kind: "file", Label: v.Loc.T("resend.file"), Hint: v.Loc.T("resend.file.say"), Many: len(files) > 1})
		}
	}
	return out
}

// lapsed is where a form was sent from a page that somebody had open whose
// session has ended meanwhile.
func (v *Visit) lapsed(r Route) bool {
	return v.Method == http.MethodPost && r.stage == inside && !v.signedIn()
}
