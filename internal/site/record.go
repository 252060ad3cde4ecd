package site

import (
	"context"
	"html"
	"net/http"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// notes puts what readers are told of an article's changes where they see it:
// what concerns its heart above the text, all else below.
func (sh *shell) notes(p news.Publication, list []store.PublicCorrection, data *web.ArticlePage) {
	for _, c := range list {
		n := web.Note{Kind: string(c.Class), At: c.FixedAt, Text: sh.noteText(c)}
		n.Place, n.Block = place(p.Content.Body, c.Blocks)
		if c.Prominent || c.Class.OnTop() {
			data.TopNotes = append(data.TopNotes, n)
		} else {
			data.FootNotes = append(data.FootNotes, n)
		}
	}
}

// noteText is what was wrong, what is right, and what else there is to say;
// paragraphs are parted by blank lines.
func (sh *shell) noteText(c store.PublicCorrection) string {
	var out []string
	switch {
	case c.Was != "" && c.Now != "":
		out = append(out, sh.T("note.words", "was", c.Was, "now", c.Now))
	case c.Now != "" && c.Class == news.Correct: // the wrong words were taken out
		out = append(out, sh.T("note.now", "now", c.Now))
	case c.Now != "":
		out = append(out, c.Now)
	}
	if c.Note != "" {
		out = append(out, c.Note)
	}
	return strings.Join(out, "\n\n")
}

// place finds the first of the blocks that is in the text: the id that it has on
// the page, and its own.
func place(d *document.Document, ids []string) (mark, block string) {
	if d == nil {
		return "", ""
	}
	for _, id := range ids {
		for _, b := range d.Blocks {
			if document.BaseOf(b).ID == id {
				return document.MarkOf(b), id
			}
		}
	}
	return "", ""
}

// notesHTML writes notes for feeds, whose readers see no page.
func (sh *shell) notesHTML(list []web.Note) string {
	var b strings.Builder
	for _, n := range list {
		b.WriteString("<p><strong>" + html.EscapeString(sh.T("note."+n.Kind)+sh.Comma()+sh.At(n.At)) + "</strong></p>\n")
		for _, p := range strings.Split(n.Text, "\n\n") {
			b.WriteString("<p>" + html.EscapeString(p) + "</p>\n")
		}
	}
	return b.String()
}

// withdrawn is what stands at the address of an article that was taken away: 451
// (RFC 7725) where the law demands it, else 410. It says no more than the desk
// wrote for it.
func (s *Site) withdrawn(ctx context.Context, r *web.Request, article string) (web.Page, error) {
	c, err := s.Store.WithdrawalOf(ctx, article)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return web.Page{}, err
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	data := web.ErrorPage{Status: http.StatusGone, Say: sh.T("article.gone"), Search: sh.Path("/search")}
	if c.Legal {
		data.Status, data.Say = http.StatusUnavailableForLegalReasons, sh.T("article.gone.legal")
	}
	if c.ID != "" {
		data.When, data.Why = c.FixedAt, c.Note
		data.More = &web.Link{Text: sh.T("corrections.heading"), Href: sh.Path("/corrections")}
	}
	sh.Canonical, sh.Robots, sh.Frame.Feeds = "", "noindex", nil
	sh.Title = sh.T("error." + data.Class())
	data.Frame = sh.Frame
	page, err := s.draw(sh, "site/error", data)
	page.Status, page.Cache, page.Deps = data.Status, web.NoStore, nil
	return page, err
}
