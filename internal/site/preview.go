package site

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// previewFrame lets the desk show a preview in a frame as wide as a phone. Nothing
// on the page leads out of it with a referrer, and nothing is sent from it.
const previewFrame = "frame-ancestors 'self'"

// sealedPreview keeps a page out of every cache, index and log of referrers: its
// address is what opens it.
func sealedPreview(p web.Page, err error) (web.Page, error) {
	p = sealed(p)
	p.CSP = strings.NewReplacer("frame-ancestors 'none'", previewFrame, "form-action 'self'", "form-action 'none'").Replace(p.CSP)
	return p, err
}

// preview shows the newest text of a story to whoever has a link that the desk
// made. It is drawn as readers will see it, but nothing on it leads to anything
// else that is not public.
func (s *Site) preview(ctx context.Context, r *web.Request) (web.Page, error) {
	token := param(r, "token")
	link, _, c, err := s.Store.PreviewText(ctx, token)
	if fault.Is(err, fault.Gone) {
		return s.previewEnded(ctx, r)
	}
	if err != nil {
		return web.Page{}, err
	}
	r.Lang = c.Lang
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	in, err := s.inside(ctx, c)
	if err != nil {
		return web.Page{}, err
	}
	data := web.ArticlePage{Section: sh.sectionLink(c.Section), Headline: c.Headline, Dek: c.Dek, Place: c.Dateline.Place,
		Preview: sh.T("preview.say", "until", sh.At(link.Ends))}
	if locale.Base(c.Lang) != sh.Lang() {
		sh.ContentLang = c.Lang
	}
	if data.Bylines, err = s.previewNames(ctx, sh, c.Bylines); err != nil {
		return web.Page{}, err
	}
	sh.pictures = "/preview/" + token + "/"
	data.Hero = sh.hero(c, in)
	if c.Body == nil {
		c.Body = document.New(c.Lang)
	}
	data.Body = sh.body(c, in, nil)
	sh.Title, sh.Description, sh.Canonical, sh.Alternates, sh.Frame.Feeds = first(c.Headline, sh.T("preview.untitled")), "", "", nil, nil
	data.Headline = sh.Title
	sh.Robots, sh.Langs, sh.Give = "noindex, nofollow", nil, ""
	data.Frame = sh.Frame
	s.previewSeen(ctx, link)
	return sealedPreview(s.draw(sh, "site/article", data))
}

// previewEnded tells that a link opens nothing any more, and nothing of what it
// opened.
func (s *Site) previewEnded(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	page := s.Draw(ctx, r, http.StatusGone, sh.T("preview.ended"))
	page.Status = http.StatusGone
	return sealedPreview(page, nil)
}

// previewSeen notes that the link was opened. That this can't be written just
// now is no reason not to show the page.
func (s *Site) previewSeen(ctx context.Context, p store.Preview) {
	if err := s.Store.Write(ctx, func(tx *store.Tx) error { return tx.PreviewSeen(ctx, p.ID) }); err != nil && ctx.Err() == nil {
		slog.Error("it could not be noted that a preview was opened", "err", err)
	}
}

func (s *Site) previewNames(ctx context.Context, sh *shell, list []news.Byline) ([]web.Byline, error) {
	out, err := s.bylines(ctx, sh, list)
	for i, b := range list {
		if err == nil && b.Name == "" && b.Person != "" {
			p, err := s.Store.Person(ctx, b.Person)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			out[i].Name = p.Name
		}
	}
	return out, err
}

// previewPicture serves a size of a picture that a previewed text shows, while
// the link works.
func (s *Site) previewPicture(ctx context.Context, r *web.Request) (web.Page, error) {
	hash, width, ext, ok := media.ParsePath("/media/" + param(r, "hash") + "/" + param(r, "file"))
	if !ok {
		return web.Page{}, errNotThere
	}
	_, _, c, err := s.Store.PreviewText(ctx, param(r, "token"))
	if err != nil {
		return sealedPreview(web.Page{}, err)
	}
	pictures, err := s.Store.MediaByID(ctx, c.Media())
	if err != nil {
		return web.Page{}, err
	}
	for _, p := range pictures {
		i := slices.IndexFunc(p.Renditions, func(x media.Stored) bool { return x.Width == width && x.Ext == ext })
		if p.Hash != hash || i < 0 || !p.Usable(s.Clock.Now()) {
			continue
		}
		body, err := blob.Read(ctx, s.Blobs, p.Renditions[i].Key)
		if err != nil {
			return web.Page{}, err
		}
		return sealedPreview(web.Page{Type: media.TypeOf(ext), Body: body}, nil)
	}
	return web.Page{}, errNotThere
}
