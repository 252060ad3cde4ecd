package importer

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

// local takes an address of the old site apart: its path, or its query in the
// form of news.OldQuery. Both are "" for an address elsewhere.
func (s site) local(address string) (path, query string) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || address == "" || (u.Host != "" && bareHost(u.Host) != s.host) || (u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https") {
		return "", ""
	}
	path = news.CleanPath(u.Path)
	if q := news.OldQuery(u.Query()); q != "" && (path == "/" || path == s.prefix || path == "/index.php") {
		return "", q
	}
	if path == "/" || path == s.prefix {
		return "", ""
	}
	return path, ""
}

// under is a path of the old site.
func (s site) under(path string) string { return news.CleanPath(s.prefix + path) }

// unclaimed leaves out the addresses at which a story of its own lives: that goes
// before what only led somewhere. Own is the address of the thing itself.
func (b *bringer) unclaimed(list []store.Address, own string) []store.Address {
	return slices.DeleteFunc(list, func(a store.Address) bool {
		return a.Path != own && b.walk.known[a.Path] && !strings.HasPrefix(a.Path, "/?")
	})
}

// storyAddresses are where a story could be found on the old site.
func (b *bringer) storyAddresses(it *wxr.Item, article, path string) []store.Address {
	var out []store.Address
	add := func(path string) {
		if path != "" && path != "/" {
			out = append(out, store.Address{Path: path, Kind: store.ToArticle, Object: article})
		}
	}
	link, query := b.walk.site.local(it.Link)
	add(link)
	add(query)
	if it.Source != "" {
		add("/?p=" + it.Source)
		if it.Kind == wxr.KindPage {
			add("/?page_id=" + it.Source)
		}
	}
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		for _, old := range it.OldSlugs {
			add(news.CleanPath(path[:i] + "/" + old))
		}
	}
	return b.unclaimed(out, path)
}

// attachmentAddresses are the page that WordPress made of an upload, which leads
// to the story that it hangs on, and the upload itself.
func (b *bringer) attachmentAddresses(it *wxr.Item, media string) []store.Address {
	var out []store.Address
	add := func(path, kind, object string) {
		if path != "" && object != "" {
			out = append(out, store.Address{Path: path, Kind: kind, Object: object})
		}
	}
	file, _ := b.walk.site.local(it.AttachmentURL)
	add(file, store.ToMedia, media)
	kind, object := store.ToArticle, b.storyOf(it)
	if object == "" {
		kind, object = store.ToMedia, media
	}
	path, query := b.walk.site.local(it.Link)
	add(path, kind, object)
	add(query, kind, object)
	if it.Source != "" {
		add("/?attachment_id="+it.Source, kind, object)
		add("/?p="+it.Source, kind, object)
	}
	return b.unclaimed(out, "")
}

// storyOf is the article that an upload hangs on, else one that it leads.
func (b *bringer) storyOf(it *wxr.Item) string {
	if who, ok := b.walk.byID[it.Parent]; ok {
		return b.articleID(who)
	}
	if who := b.walk.leads[it.Source]; who != "" && it.Source != "" {
		return b.articleID(who)
	}
	return ""
}

func (b *bringer) articleID(who string) string { return b.name("article", who) }

// feeds are WordPress's own feeds, and the sitemaps of its plug-ins.
var feeds = map[string]string{
	"/feed": "/feed.xml", "/feed/rss": "/feed.xml", "/feed/rss2": "/feed.xml", "/feed/rdf": "/feed.xml", "/feed/atom": "/atom.xml",
	"/comments/feed": "/feed.xml", "/wp-rss.php": "/feed.xml", "/wp-rss2.php": "/feed.xml", "/wp-rdf.php": "/feed.xml",
	"/wp-atom.php": "/atom.xml", "/wp-feed.php": "/feed.xml", "/feed/json": "/feed.json",
}

var feedQueries = map[string]string{
	"/?feed=rss": "/feed.xml", "/?feed=rss2": "/feed.xml", "/?feed=rdf": "/feed.xml", "/?feed=atom": "/atom.xml",
	"/?feed=comments-rss2": "/feed.xml", "/?feed=json": "/feed.json",
}

var sitemaps = []string{"/wp-sitemap.xml", "/sitemap_index.xml"}

// bringAddresses keeps the addresses that belong to the site as a whole, once.
// Those of days and months (/2012/03) the public site answers by itself.
func (b *bringer) bringAddresses(ctx context.Context) error {
	var list []store.Address
	for path, to := range feeds {
		list = append(list, store.Address{Path: b.walk.site.under(path), Kind: store.ToFeed, Object: to})
	}
	for query, to := range feedQueries {
		list = append(list, store.Address{Path: query, Kind: store.ToFeed, Object: to})
	}
	for _, path := range sitemaps {
		list = append(list, store.Address{Path: b.walk.site.under(path), Kind: store.ToPath, Object: "/sitemap.xml"})
	}
	for query, to := range b.months {
		list = append(list, store.Address{Path: query, Kind: store.ToArchive, Object: to})
	}
	list = b.unclaimed(list, "")
	const slice = 50 // addresses a transaction
	for part := range slices.Chunk(list, slice) {
		if err := b.putMissing(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// putMissing keeps those addresses that nobody has yet.
func (b *bringer) putMissing(ctx context.Context, list []store.Address) error {
	var part []store.Address
	for _, a := range list {
		_, owner, err := b.im.Store.AddressOwner(ctx, a.Path)
		if err != nil {
			return err
		}
		if owner == "" {
			a.Source = b.source
			part = append(part, a)
		}
	}
	if len(part) == 0 {
		return nil
	}
	return b.write(ctx, func(tx *store.Tx) error {
		for _, a := range part {
			if _, err := tx.PutAddress(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteMonth remembers the queries by which WordPress lists a day's, a month's and
// a year's stories.
func (b *bringer) noteMonth(at time.Time) {
	b.months["/?m="+at.Format("2006")] = at.Format("/archive/2006")
	b.months["/?m="+at.Format("200601")] = at.Format("/archive/2006/01")
	b.months["/?m="+at.Format("20060102")] = at.Format("/archive/2006/01")
}
