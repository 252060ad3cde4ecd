// Package feed writes what machines read of a newsroom: RSS, Atom, JSON Feed,
// sitemaps and robots.txt. It has pure functions of typed input; addresses in the
// input are absolute. Characters that XML can't hold are dropped.
package feed

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"masthead.dev/masthead/internal/fault"
)

// Types of the feeds, for the Content-Type header.
const (
	TypeRSS     = "application/rss+xml; charset=utf-8"
	TypeAtom    = "application/atom+xml; charset=utf-8"
	TypeJSON    = "application/feed+json; charset=utf-8"
	TypeSitemap = "application/xml; charset=utf-8"
	TypeRobots  = "text/plain; charset=utf-8"
)

// Channel is a feed.
type Channel struct {
	Title       string
	Description string // plain text; the title where empty
	Lang        string // BCP 47
	Home        string // the page that the feed belongs to
	Self        string // the feed's own address
	Icon        string // of a square picture; may be empty
	Rights      string
	Updated     time.Time // zero: the newest change of an item; an empty feed needs it
	Items       []Item
}

// Item is one article in a feed.
type Item struct {
	ID        string // an IRI that stays the same when address, text or host change, such as urn:uuid:…
	URL       string
	Title     string // plain text
	Summary   string // plain text
	HTML      string // the whole text with absolute addresses; may be empty
	Lang      string
	Published time.Time
	Updated   time.Time // zero: Published
	Authors   []Author
	Tags      []string
	Image     *Image
}

// Author is a person or agency with an optional page.
type Author struct{ Name, URL string }

// Image is the picture of an item.
type Image struct {
	URL           string
	Type          string // such as image/jpeg
	Width, Height int    // pixels
	Bytes         int64
	Alt           string
	Caption       string
	Credit        string
}

// changed returns when the item was last changed for readers.
func (i Item) changed() time.Time {
	if i.Updated.After(i.Published) {
		return i.Updated
	}
	return i.Published
}

// check finds what no feed can do without, and returns when the feed changed.
func (c Channel) check() (time.Time, error) {
	newest := c.Updated
	for _, i := range c.Items {
		if i.ID == "" || i.URL == "" || i.Published.IsZero() {
			return newest, fault.New(fault.Internal, "an item of the feed %s has no id, address or date", c.Self)
		}
		if c.Updated.IsZero() && i.changed().After(newest) {
			newest = i.changed()
		}
	}
	if c.Title == "" || c.Home == "" || c.Self == "" || newest.IsZero() {
		return newest, fault.New(fault.Internal, "the feed %s has no title, address or date", c.Self)
	}
	return newest, nil
}

// legal drops what XML 1.0 (§2.2, Char) can't hold, not even escaped. Bytes that
// are not UTF-8 become U+FFFD.
func legal(s string) string {
	clean := func(r rune) bool {
		return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
	}
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if clean(r) {
			return r
		}
		return -1
	}, s)
}

// text is character data that is made legal when it is written.
type text string

// MarshalText implements encoding.TextMarshaler.
func (t text) MarshalText() ([]byte, error) { return []byte(legal(string(t))), nil }

// write renders an XML document.
func write(root any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(root); err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Err: err}
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// ascii returns an absolute address with everything else percent-encoded, as
// sitemaps (sitemaps.org, "Entity escaping") and XML schema want it.
func ascii(address string) (text, error) {
	u, err := url.Parse(legal(address))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", fault.New(fault.Internal, "%.200q is not an absolute address", address)
	}
	u.RawQuery = escapeQuery(u.RawQuery)
	return text(u.String()), nil
}

// link is ascii for programs that follow a feed; an address that makes no sense is
// written as it is.
func link(address string) text {
	if a, err := ascii(address); err == nil {
		return a
	}
	return text(address)
}

func escapeQuery(q string) string {
	var b strings.Builder
	for _, c := range []byte(q) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			const hex = "0123456789ABCDEF"
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
