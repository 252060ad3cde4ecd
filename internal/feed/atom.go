package feed

import "encoding/xml"

type atomDoc struct {
	XMLName  xml.Name    `xml:"feed"`
	NS       string      `xml:"xmlns,attr"`
	Media    string      `xml:"xmlns:media,attr"`
	Lang     text        `xml:"xml:lang,attr,omitempty"`
	ID       text        `xml:"id"`
	Title    text        `xml:"title"`
	Subtitle text        `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Author   atomPerson  `xml:"author"`
	Links    []atomLink  `xml:"link"`
	Icon     text        `xml:"icon,omitempty"`
	Rights   text        `xml:"rights,omitempty"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href text   `xml:"href,attr"`
}

type atomPerson struct {
	Name text `xml:"name"`
	URI  text `xml:"uri,omitempty"`
}

type atomEntry struct {
	Lang       text           `xml:"xml:lang,attr,omitempty"`
	ID         text           `xml:"id"`
	Title      text           `xml:"title"`
	Link       atomLink       `xml:"link"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Authors    []atomPerson   `xml:"author"`
	Categories []atomCategory `xml:"category"`
	Summary    text           `xml:"summary,omitempty"`
	Content    *atomContent   `xml:"content"`
	Media      *mediaContent  `xml:"media:content"`
}

type atomCategory struct {
	Term text `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML text   `xml:",chardata"`
}

// Atom writes Atom 1.0 (RFC 4287). An entry's updated moves with a correction,
// its id and published don't.
func Atom(c Channel) ([]byte, error) {
	updated, err := c.check()
	if err != nil {
		return nil, err
	}
	doc := atomDoc{
		NS: "http://www.w3.org/2005/Atom", Media: "http://search.yahoo.com/mrss/", Lang: text(c.Lang),
		ID: link(c.Self), Title: text(c.Title), Subtitle: text(c.Description), Updated: rfc3339(updated),
		Author: atomPerson{Name: text(c.Title), URI: link(c.Home)},
		Links:  []atomLink{{"self", "application/atom+xml", link(c.Self)}, {"alternate", "text/html", link(c.Home)}},
		Icon:   text(c.Icon), Rights: text(c.Rights),
	}
	for _, i := range c.Items {
		doc.Entries = append(doc.Entries, atomEntryOf(i, c.Lang))
	}
	return write(doc)
}

func atomEntryOf(i Item, lang string) atomEntry {
	e := atomEntry{
		ID: text(i.ID), Title: text(i.Title), Link: atomLink{"alternate", "text/html", link(i.URL)},
		Published: rfc3339(i.Published), Updated: rfc3339(i.changed()), Summary: text(i.Summary), Media: mediaOf(i.Image),
	}
	if i.Lang != lang {
		e.Lang = text(i.Lang)
	}
	for _, a := range i.Authors {
		e.Authors = append(e.Authors, personOf(a))
	}
	for _, t := range i.Tags {
		e.Categories = append(e.Categories, atomCategory{text(t)})
	}
	if i.HTML != "" {
		e.Content = &atomContent{"html", text(i.HTML)}
	}
	return e
}

func personOf(a Author) atomPerson {
	p := atomPerson{Name: text(a.Name)}
	if a.URL != "" {
		p.URI = link(a.URL)
	}
	return p
}
