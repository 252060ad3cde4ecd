package importer

import (
	"context"

	"golang.org/x/text/language"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/store"
)

// settle finds the language that the site's articles get. A newsroom that nobody
// has set up yet takes name and language of the site; else the site's language
// must be one of those that it publishes in.
func (r *run) settle(ctx context.Context, title, lang string) error {
	there, err := r.im.Store.HasOutlet(ctx)
	if err != nil {
		return err
	}
	owners, err := r.im.Store.Owners(ctx)
	if err != nil {
		return err
	}
	r.rep.SetupNeeded = len(owners) == 0
	o, err := r.im.Store.Outlet(ctx)
	if err != nil {
		return err
	}
	if there {
		r.lang, err = speak(o, lang)
		return err
	}
	r.lang = base(lang, o.Language)
	o.Language = r.lang
	if title != "" {
		o.Name = clip(title, 200)
	}
	return r.write(ctx, func(tx *store.Tx) error { return tx.PutOutlet(ctx, store.System, o) })
}

// speak finds the outlet's language for a site's: the same, or one with the same
// base, as en for en-US.
func speak(o outlet.Outlet, lang string) (string, error) {
	if lang == "" || o.Speaks(lang) {
		if lang == "" {
			lang = o.Language
		}
		return lang, nil
	}
	want := base(lang, "")
	for _, l := range o.Langs() {
		if base(l, "-") == want {
			return l, nil
		}
	}
	return "", fault.New(fault.Conflict, "the site is in %q and this newsroom does not publish in that language; add it in the settings, then import again", lang)
}

// base is the language of a tag without region and script.
func base(tag, otherwise string) string {
	t, err := language.Parse(tag)
	if err != nil || tag == "" {
		return otherwise
	}
	b, _ := t.Base()
	return b.String()
}
