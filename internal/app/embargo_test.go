package app

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/testkit/pg"
)

// secrets are what nobody may find of a story before its hour: its words, its
// address and its picture.
var secrets = []string{"Kiwimerger", "kiwimerger", "Quincewords", strings.Repeat("e", 64)}

// newsroom is one that serves.
type newsroom struct {
	*App
	t    *testing.T
	base string
	pic  media.Picture
	ids  map[string]string
}

func openPaper(t *testing.T, database string) *newsroom {
	t.Helper()
	dir := t.TempDir()
	if database == "" {
		database = filepath.Join(dir, "masthead.db")
	}
	a, err := Open(t.Context(), Config{Addr: "localhost:0", Data: dir, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	p := &newsroom{App: a, t: t, ids: map[string]string{}}
	o := *a.outlet.Load()
	o.Name, o.Languages = "The Lantern", []string{"fa"}
	p.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if err = tx.PutOutlet(ctx, store.System, o); err != nil {
			return err
		}
		if p.ids["section"], err = tx.PutSection(ctx, news.Section{Slug: "town", Name: map[string]string{"en": "Town"}}); err != nil {
			return err
		}
		if p.ids["topic"], err = tx.PutTopic(ctx, news.Topic{Slug: "firms", Name: map[string]string{"en": "Firms"}}); err != nil {
			return err
		}
		if p.ids["person"], err = tx.PutPerson(ctx, news.Person{Slug: "ansel", Name: "Ansel Quay"}); err != nil {
			return err
		}
		p.pic, err = tx.AddMedia(ctx, media.Picture{Hash: strings.Repeat("e", 64), Mime: "image/jpeg", Width: 480, Height: 270, OriginalKey: "original/e", Credit: "x"})
		return err
	})
	key := media.RenditionKey(p.pic.Hash, 480, "jpg")
	if err := a.Blobs.Put(t.Context(), key, strings.NewReader("jpeg of Quincewords")); err != nil {
		t.Fatal(err)
	}
	p.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.MediaRendered(ctx, p.pic.ID, "", []media.Stored{{Size: media.Size{Width: 480, Height: 270}, Ext: "jpg", Bytes: 9, Key: key}})
	})
	p.serve()
	return p
}

func (p *newsroom) serve() {
	p.t.Helper()
	ln, err := p.Listen()
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(p.t.Context())
	up, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- p.ServeOn(ctx, ln, func(base string) error { up <- base; return nil }) }()
	p.t.Cleanup(func() { stop(); <-done })
	p.base = <-up
}

func (p *newsroom) write(fn func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	if err := p.Store.Write(p.t.Context(), func(tx *store.Tx) error { return fn(p.t.Context(), tx) }); err != nil {
		p.t.Fatal(err)
	}
}

func (p *newsroom) content(headline, text string) news.Content {
	return news.Content{Lang: "en", Kind: news.Report, Headline: headline, Dek: "Dek of " + headline, Section: p.ids["section"], Topics: []string{p.ids["topic"]},
		Bylines: []news.Byline{{Person: p.ids["person"], Role: "by"}}, Body: document.New("en", document.P(text))}
}

// secret is the story that nobody may find.
func (p *newsroom) secret() news.Content {
	c := p.content("Kiwimerger", "Quincewords in it.")
	c.Lead = &news.Lead{Media: p.pic.ID}
	return c
}

func (p *newsroom) create(c news.Content) news.Article {
	p.t.Helper()
	var a news.Article
	p.write(func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = p.Newsroom.Create(ctx, tx, news.Author{}, news.New{Content: c})
		return err
	})
	return a
}

func (p *newsroom) publish(o news.Order) news.Publication {
	p.t.Helper()
	var v news.Publication
	p.write(func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = p.Newsroom.Publish(ctx, tx, o)
		return err
	})
	return v
}

// change saves another text of a story without publishing it.
func (p *newsroom) change(article string, c news.Content) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Article(ctx, article)
		if err == nil {
			_, err = p.Newsroom.Save(ctx, tx, news.Author{}, news.Change{Article: article, Base: a.Working, Content: c})
		}
		return err
	})
}

// ask returns what an address answers, headers and all.
func (p *newsroom) ask(path string) (int, string) {
	p.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 20 * time.Second}
	res, err := client.Get(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location") + "\n" + string(body)
}

// starts are the addresses that every crawler knows.
var starts = []string{"/", "/fa", "/feed.xml", "/atom.xml", "/feed.json", "/sections/town", "/sections/town/feed.xml", "/sections/town/atom.xml", "/sections/town/feed.json",
	"/topics/firms", "/topics/firms/feed.xml", "/people/ansel", "/archive", "/search?q=kiwimerger", "/search?q=quincewords", "/search?q=ansel", "/sitemap.xml", "/sitemaps/1.xml",
	"/news-sitemap.xml", "/corrections", "/corrections.xml", "/about", "/books.json", "/report", "/preview/" + strings.Repeat("a", 52)}

// known are all addresses at which a twin of this newsroom shows the secret,
// found by following every link from the starts; and the starts.
func known(t *testing.T, twin *newsroom) (all, showing []string) {
	t.Helper()
	queue := slices.Clone(starts)
	seen := map[string]bool{}
	for i := 0; i < len(queue); i++ {
		path := queue[i]
		if seen[path] {
			continue
		}
		seen[path] = true
		status, body := twin.ask(path)
		all = append(all, path)
		if status == 200 && slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(body, s) }) {
			showing = append(showing, path)
		}
		d, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		d.Find("[href],[src]").Each(func(_ int, s *goquery.Selection) {
			u, err := url.Parse(s.AttrOr("href", s.AttrOr("src", "")))
			if err != nil || u.Host != "" && !strings.HasSuffix(twin.base, u.Host) || u.Scheme == "mailto" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/desk") || strings.HasPrefix(u.Path, "/assets") {
				return
			}
			u.Scheme, u.Host, u.Fragment = "", "", ""
			if !seen[u.String()] && len(queue) < 500 && !strings.Contains(u.Path, "undefined") {
				queue = append(queue, u.String())
			}
		})
	}
	return all, showing
}

// leaks lists what of the secret an address gives away.
func (p *newsroom) leaks(path string) (out []string) {
	_, body := p.ask(path)
	if q, err := url.Parse(path); err == nil && q.Query().Get("q") != "" { // a search shows what was asked
		body = strings.ReplaceAll(body, q.Query().Get("q"), "")
	}
	for _, s := range secrets {
		if strings.Contains(body, s) {
			out = append(out, path+" shows "+s)
		}
	}
	return out
}

func (p *newsroom) finds(when string, all []string) {
	p.t.Helper()
	for _, path := range all {
		for _, leak := range p.leaks(path) {
			p.t.Errorf("%s: %s", when, leak)
		}
	}
}

// addresses are those that a crawler knows which saw the story in another
// newsroom, and those that it can guess. The story had a second version there.
func addresses(t *testing.T) (all, showing []string) {
	t.Helper()
	twin := openPaper(t, "")
	twin.publish(news.Order{Article: twin.create(twin.content("Elsewhere", "Nothing.")).ID})
	v := twin.publish(news.Order{Article: twin.create(twin.secret()).ID})
	all, showing = known(t, twin)
	all = append(all, v.Path+"/history", v.Path+"/history?from=1&to=1", v.Path+"/feed", v.Path+"/amp", "/report?about="+url.QueryEscape(v.Path), media.Path(twin.pic.Hash, 480, "jpg"))
	showing = slices.DeleteFunc(showing, func(path string) bool { return strings.HasPrefix(path, "/report?about=") }) // by the twin's id
	if len(showing) < 15 || !slices.Contains(showing, v.Path) {
		t.Fatalf("the crawler knows too little: %q", showing)
	}
	return all, showing
}

func TestACrawlerThatKnowsEveryAddressFindsAStoryFromItsInstantOn(t *testing.T) {
	all, showing := addresses(t)
	for engine, database := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return pg.URL(t) }} {
		t.Run(engine, func(t *testing.T) {
			p := openPaper(t, database(t))
			p.publish(news.Order{Article: p.create(p.content("Elsewhere", "Nothing.")).ID})
			a := p.create(p.secret())
			spiked := p.create(p.secret())
			p.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := p.Newsroom.Move(ctx, tx, spiked.ID, news.Spiked)
				return err
			})
			p.finds("a draft and a spiked story", all)
			at := time.Now().Add(6 * time.Second).Truncate(time.Millisecond)
			p.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := p.Newsroom.Schedule(ctx, tx, a.ID, at, true)
				return err
			})
			all := append(all, "/report?about="+a.ID, "/report?about="+spiked.ID)
			rounds := 0
			for ; time.Until(at) > 1500*time.Millisecond; rounds++ { // again and again: pages are kept
				p.finds("before the instant", all)
			}
			if rounds == 0 {
				t.Error("nobody looked before the instant")
			}
			time.Sleep(time.Until(at))
			p.appear(at, append(showing, "/report?about="+a.ID))
			p.write(func(ctx context.Context, tx *store.Tx) error {
				return p.Newsroom.Withdraw(ctx, tx, a.ID, "The law demands it.")
			})
			p.gone(all)
		})
	}
}

// appear looks at all addresses at once, over and over, until each shows the
// story; none may take longer than a second.
func (p *newsroom) appear(at time.Time, showing []string) {
	p.t.Helper()
	var busy sync.WaitGroup
	late := make(chan string, len(showing))
	for _, path := range showing {
		busy.Go(func() {
			for time.Since(at) < 20*time.Second {
				begun := time.Now()
				if len(p.leaks(path)) > 0 {
					if took := begun.Sub(at); took > time.Second {
						late <- path + " after " + took.String()
					}
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			late <- path + " never"
		})
	}
	busy.Wait()
	close(late)
	for l := range late {
		p.t.Errorf("the story came late: %s", l)
	}
}

// gone waits until what follows the change has reached the pages that are kept,
// and then finds nothing any more.
func (p *newsroom) gone(all []string) {
	p.t.Helper()
	for end := time.Now().Add(time.Second); time.Now().Before(end) && len(p.leaks("/")) > 0; {
		time.Sleep(20 * time.Millisecond)
	}
	p.finds("after the withdrawal", all)
}

func TestANewTextOverALiveStoryIsNowhereUntilItIsPublished(t *testing.T) {
	p := openPaper(t, "")
	c := p.content("Calm", "Nothing yet.")
	v := p.publish(news.Order{Article: p.create(c).ID})
	p.change(v.Article, p.secret())
	p.finds("a draft over a live story", append(starts, v.Path, v.Path+"/history", v.Path+"/history?from=1&to=1", v.Path+"/history?from=1&to=2", "/report?about="+v.Article))
}
