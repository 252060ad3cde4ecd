package site

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/ledger"
	"masthead.dev/masthead/internal/web"
)

// headsShown is how many days' seals the page shows; the files hold all.
const headsShown = 30

// headsMost is how many days the files hold: a hundred years.
const headsMost = 36525

// booksVerify says exactly what a reader can check, and what only an auditor can.
func (s *Site) booksVerify(ctx context.Context, r *web.Request) (web.Page, error) {
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.dep("books")
	sh.dated()
	sh.Title = sh.T("books.verify.heading")
	data := web.VerifyPage{Email: sh.outlet.Email, Downloads: []web.Link{{Text: "heads.txt", Href: "/books/heads.txt"}, {Text: "heads.json", Href: "/books/heads.json"}}}
	heads, err := s.Store.DailyHeads(ctx, headsShown)
	if err != nil {
		return web.Page{}, err
	}
	for _, h := range heads {
		data.Heads = append(data.Heads, web.BookHead{Date: h.Date, Seq: h.Seq, Hash: h.Hash})
	}
	if len(heads) > 0 {
		data.Entries = int(heads[0].Seq)
		if today := sh.now.UTC().Format(time.DateOnly); heads[0].Date == today {
			data.Moving = today
		}
	}
	if data.Checked, err = s.Store.ChainChecked(ctx); err != nil {
		return web.Page{}, err
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/verify", data)
}

// headsText is every day's seal, the oldest first, one line each, so that an
// older copy is the beginning of a newer one; but for its last line, if that day
// was not over.
func (s *Site) headsText(ctx context.Context, _ *web.Request) (web.Page, error) {
	heads, err := s.allHeads(ctx)
	var b bytes.Buffer
	for _, h := range heads {
		fmt.Fprintf(&b, "%s %d %s\n", h.Date, h.Seq, h.Hash)
	}
	return web.Page{Type: plainText, Body: b.Bytes(), Deps: []string{"books"}, Cache: web.Public}, err
}

// headsJSON is the same for machines.
func (s *Site) headsJSON(ctx context.Context, _ *web.Request) (web.Page, error) {
	heads, err := s.allHeads(ctx)
	if err != nil {
		return web.Page{}, err
	}
	body, err := json.Marshal(append([]ledger.Head{}, heads...))
	return web.Page{Type: "application/json", Body: append(body, '\n'), Deps: []string{"books"}, Cache: web.Public}, err
}

func (s *Site) allHeads(ctx context.Context) ([]ledger.Head, error) {
	heads, err := s.Store.DailyHeads(ctx, headsMost)
	for i, j := 0, len(heads)-1; i < j; i, j = i+1, j-1 {
		heads[i], heads[j] = heads[j], heads[i]
	}
	return heads, err
}

// namesPage is how many names stand on one page.
const namesPage = 500

// supporters lists those who gave in a year and want to be named: names alone,
// without sums and days.
func (s *Site) supporters(ctx context.Context, r *web.Request) (web.Page, error) {
	year, err := strconv.Atoi(param(r, "year"))
	page := pageOf(r)
	if err != nil || len(param(r, "year")) != 4 || page < 1 {
		return web.Page{}, errNotThere
	}
	sh, err := s.shell(ctx, r)
	if err != nil {
		return web.Page{}, err
	}
	sh.mesh(r.Path)
	sh.dep("books")
	sh.Robots = "noindex, follow" // a name is for readers here, not for a search engine's memory
	p := bookPeriod{year: year}
	data := web.SupportersPage{Year: p.name(sh.Locale)}
	sh.Title = sh.T("books.supporters", "year", data.Year)
	g, err := s.Store.GiversOf(ctx, p.slug())
	if err != nil {
		return web.Page{}, err
	}
	if data.Few = g.Givers < fewest; !data.Few {
		if data.Names, err = s.Store.WishToBeNamed(ctx, year, sh.Zone, namesPage+1, (page-1)*namesPage); err != nil {
			return web.Page{}, err
		}
	}
	if page > 1 {
		data.Newer = fmt.Sprintf("?page=%d", page-1)
	}
	if len(data.Names) > namesPage {
		data.Names, data.Older = data.Names[:namesPage], fmt.Sprintf("?page=%d", page+1)
	}
	data.Frame = sh.Frame
	return s.draw(sh, "site/supporters", data)
}

// pageOf is the number of the page that is asked for, from 1; 0 where it is none.
func pageOf(r *web.Request) int {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 10000 {
		return 0
	}
	return n
}
