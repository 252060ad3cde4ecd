package site

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
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

// previewed is the newest text of a story, for whoever has a link that the desk
// made, and what its pages are made of.
type previewed struct {
	*shell
	link  store.Preview
	c     news.Content
	in    inside
	token string
}

// looks are the ways in which a text can be looked at before it is public, and
// the ends of their addresses.
var looks = []string{"", "/phone", "/mail", "/mail.txt", "/card"}

// previewOf finds what a link opens. Pictures have addresses below the link.
func (s *Site) previewOf(ctx context.Context, r *web.Request) (*previewed, error) {
	v := &previewed{token: param(r, "token")}
	var err error
	if v.link, _, v.c, err = s.Store.PreviewText(ctx, v.token); err != nil {
		return nil, err
	}
	r.Lang = v.c.Lang
	if v.shell, err = s.shell(ctx, r); err != nil {
		return nil, err
	}
	if v.in, err = s.inside(ctx, v.c); err != nil {
		return nil, err
	}
	if locale.Base(v.c.Lang) != v.Lang() {
		v.ContentLang = v.c.Lang
	}
	if v.c.Body == nil {
		v.c.Body = document.New(v.c.Lang)
	}
	v.pictures = "/preview/" + v.token + "/"
	v.Title, v.Description, v.Canonical, v.Alternates, v.Frame.Feeds = first(v.c.Headline, v.T("preview.untitled")), "", "", nil, nil
	v.Robots, v.Langs, v.Give = "noindex, nofollow", nil, ""
	s.previewSeen(ctx, v.link)
	return v, nil
}

// ways lead from one look to the others.
func (v *previewed) ways(now string) []web.Link {
	out := make([]web.Link, len(looks))
	for i, l := range looks {
		out[i] = web.Link{Text: v.T("preview.look." + strings.NewReplacer("/", "", ".", "_").Replace(first(l, "reader"))), Href: "/preview/" + v.token + l, Current: l == now}
	}
	return out
}

// looking draws one look at a previewed text, or tells that the link has ended.
func (s *Site) looking(draw func(ctx context.Context, v *previewed) (web.Page, error)) web.Handler {
	return func(ctx context.Context, r *web.Request) (web.Page, error) {
		v, err := s.previewOf(ctx, r)
		if fault.Is(err, fault.Gone) {
			return s.previewEnded(ctx, r)
		}
		if err != nil {
			return web.Page{}, err
		}
		return sealedPreview(draw(ctx, v))
	}
}

// preview shows a text as readers will see it. Nothing on it leads to anything
// else that is not public.
func (s *Site) preview(ctx context.Context, v *previewed) (web.Page, error) {
	data := web.ArticlePage{Section: v.sectionLink(v.c.Section), Headline: v.Title, Dek: v.c.Dek, Place: v.c.Dateline.Place,
		Preview: v.T("preview.say", "until", v.At(v.link.Ends)), Looks: v.ways("")}
	var err error
	if data.Bylines, err = s.previewNames(ctx, v.shell, v.c.Bylines); err != nil {
		return web.Page{}, err
	}
	data.Hero, data.Body = v.hero(v.c, v.in), v.body(v.c, v.in, nil)
	data.Frame = v.Frame
	return s.draw(v.shell, "site/article", data)
}

// previewPhone shows the reader's page in a frame as wide as a telephone.
func (s *Site) previewPhone(_ context.Context, v *previewed) (web.Page, error) {
	p, err := s.draw(v.shell, "site/look", web.LookPage{Frame: v.Frame, Say: v.T("preview.say", "until", v.At(v.link.Ends)), Looks: v.ways("/phone"), Phone: "/preview/" + v.token})
	p.CSP += "; frame-src 'self'"
	return p, err
}

// previewCard shows what other sites make of a link to the story.
func (s *Site) previewCard(_ context.Context, v *previewed) (web.Page, error) {
	card := web.LookCard{Title: first(v.c.SocialTitle, v.c.Headline, v.Title), Text: v.c.Dek, Host: hostOf(v.outlet.BaseURL)}
	card.Picture = v.shared(v.c, v.in)
	return s.draw(v.shell, "site/look", web.LookPage{Frame: v.Frame, Say: v.T("preview.say", "until", v.At(v.link.Ends)), Looks: v.ways("/card"), Card: &card})
}

// hostOf is the name of the site as other sites show it.
func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// mailPolicy lets a mail's own styles through, which stand at its elements, and
// nothing else.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

func (s *Site) previewMail(ctx context.Context, v *previewed) (web.Page, error) {
	letter, err := s.articleMail(ctx, v)
	return web.Page{Body: []byte(letter.HTML), CSP: mailPolicy}, err
}

func (s *Site) previewText(ctx context.Context, v *previewed) (web.Page, error) {
	letter, err := s.articleMail(ctx, v)
	return web.Page{Type: plainText, Body: []byte(letter.Subject + "\n\n" + letter.Text), CSP: mailPolicy}, err
}

// articleMail is the text as a mail: HTML that needs no picture and no sheet, and
// the same as plain text.
func (s *Site) articleMail(ctx context.Context, v *previewed) (web.Letter, error) {
	m := web.ArticleMail{MailFrame: web.MailFrame{Locale: v.Locale, Outlet: v.Frame.Outlet, Zone: v.Zone}, Headline: v.Title, Dek: v.c.Dek, Lang: v.c.Lang, Dir: locale.DirOf(v.c.Lang),
		Link: v.outlet.URL(v.outlet.Home(v.c.Lang))} // it has no address of its own yet
	if v.ContentLang == "" {
		m.Lang = v.Lang()
	}
	names, err := s.previewNames(ctx, v.shell, v.c.Bylines)
	if err != nil {
		return web.Letter{}, err
	}
	for _, b := range names {
		if b.Role == "by" || b.Role == "with" {
			m.By = append(m.By, b.Name)
		}
	}
	o := v.options(v.in, v.c.Lang)
	o.Feed = true
	m.Body, m.Plain = web.MailBody(document.HTML(v.c.Body, o)), plainBody(v.c.Body, v.outlet.URL("/"))
	m.Hero = v.hero(v.c, v.in)
	return s.Templates.Mail("mail/article", m)
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
	face, width, ext, ok := media.ParsePath("/media/" + param(r, "hash") + "/" + param(r, "file"))
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
		sizes := p.All()
		i := slices.IndexFunc(sizes, func(x media.Stored) bool {
			return x.Face == face && x.Width == width && x.Ext == ext && x.Cut != media.CutWhole
		})
		if i < 0 || !p.Usable(s.Clock.Now()) {
			continue
		}
		body, err := blob.Read(ctx, s.Blobs, sizes[i].Key)
		if err != nil {
			return web.Page{}, err
		}
		return sealedPreview(web.Page{Type: media.TypeOf(ext), Body: body}, nil)
	}
	return web.Page{}, errNotThere
}
