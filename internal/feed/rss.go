package feed

import (
	"encoding/xml"
	"html"
	"time"
)

type rssDoc struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       text      `xml:"title"`
	Link        text      `xml:"link"`
	Description text      `xml:"description"`
	Language    text      `xml:"language,omitempty"`
	Copyright   text      `xml:"copyright,omitempty"`
	Built       string    `xml:"lastBuildDate"`
	Self        atomLink  `xml:"atom:link"`
	Image       *rssImage `xml:"image"`
	Items       []rssItem `xml:"item"`
}

type rssImage struct {
	URL   text `xml:"url"`
	Title text `xml:"title"`
	Link  text `xml:"link"`
}

type rssItem struct {
	Title       text          `xml:"title"`
	Link        text          `xml:"link"`
	GUID        rssGUID       `xml:"guid"`
	Published   string        `xml:"pubDate"`
	Updated     string        `xml:"atom:updated,omitempty"` // RSS has no word of its own for it
	Creators    []text        `xml:"dc:creator"`
	Language    text          `xml:"dc:language,omitempty"`
	Categories  []text        `xml:"category"`
	Description text          `xml:"description,omitempty"`
	Content     text          `xml:"content:encoded,omitempty"`
	Media       *mediaContent `xml:"media:content"`
}

type rssGUID struct {
	Permanent bool `xml:"isPermaLink,attr"`
	ID        text `xml:",chardata"`
}

// mediaContent is Media RSS 1.5.1's element for a picture.
type mediaContent struct {
	URL         text       `xml:"url,attr"`
	Type        text       `xml:"type,attr,omitempty"`
	Medium      string     `xml:"medium,attr"`
	Width       int        `xml:"width,attr,omitempty"`
	Height      int        `xml:"height,attr,omitempty"`
	Bytes       int64      `xml:"fileSize,attr,omitempty"`
	Credit      text       `xml:"media:credit,omitempty"`
	Description *mediaText `xml:"media:description"`
	Alt         *mediaText `xml:"media:title"`
}

type mediaText struct {
	Type string `xml:"type,attr"`
	Text text   `xml:",chardata"`
}

func plainText(s string) *mediaText {
	if s == "" {
		return nil
	}
	return &mediaText{"plain", text(s)}
}

func mediaOf(i *Image) *mediaContent {
	if i == nil {
		return nil
	}
	return &mediaContent{URL: link(i.URL), Type: text(i.Type), Medium: "image", Width: i.Width, Height: i.Height, Bytes: i.Bytes,
		Credit: text(i.Credit), Description: plainText(i.Caption), Alt: plainText(i.Alt)}
}

// RSS writes RSS 2.0 with the whole text in content:encoded. The guid is the
// item's id, so that a corrected or moved article is not a new one. Items are
// written in the order given.
func RSS(c Channel) ([]byte, error) {
	updated, err := c.check()
	if err != nil {
		return nil, err
	}
	ch := rssChannel{
		Title: text(c.Title), Link: link(c.Home), Description: text(or(c.Description, c.Title)), Language: text(c.Lang),
		Copyright: text(c.Rights), Built: rfc822(updated), Self: atomLink{Rel: "self", Type: "application/rss+xml", Href: link(c.Self)},
	}
	if c.Icon != "" {
		ch.Image = &rssImage{link(c.Icon), text(c.Title), link(c.Home)}
	}
	for _, i := range c.Items {
		ch.Items = append(ch.Items, rssItemOf(i, c.Lang))
	}
	return write(rssDoc{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/",
		DC: "http://purl.org/dc/elements/1.1/", Media: "http://search.yahoo.com/mrss/", Channel: ch,
	})
}

func rssItemOf(i Item, lang string) rssItem {
	r := rssItem{
		Title: text(i.Title), Link: link(i.URL), GUID: rssGUID{false, text(i.ID)}, Published: rfc822(i.Published),
		Description: text(html.EscapeString(i.Summary)), // readers take it for HTML
		Content:     text(i.HTML), Media: mediaOf(i.Image),
	}
	if i.Updated.After(i.Published) {
		r.Updated = rfc3339(i.Updated)
	}
	for _, a := range i.Authors {
		r.Creators = append(r.Creators, text(a.Name))
	}
	for _, t := range i.Tags {
		r.Categories = append(r.Categories, text(t))
	}
	if i.Lang != lang {
		r.Language = text(i.Lang)
	}
	return r
}

// rfc822 is RFC 822's date with a year of four digits, as RSS wants it.
func rfc822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
