package feed

import (
	"encoding/json"

	"masthead.dev/masthead/internal/fault"
)

type jsonDoc struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Home        string     `json:"home_page_url"`
	Self        string     `json:"feed_url"`
	Description string     `json:"description,omitempty"`
	Icon        string     `json:"icon,omitempty"`
	Lang        string     `json:"language,omitempty"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Summary   string       `json:"summary,omitempty"`
	HTML      string       `json:"content_html,omitempty"`
	Text      *string      `json:"content_text,omitempty"`
	Image     string       `json:"image,omitempty"`
	Published string       `json:"date_published"`
	Updated   string       `json:"date_modified"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
	Lang      string       `json:"language,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// JSON writes JSON Feed 1.1.
func JSON(c Channel) ([]byte, error) {
	if _, err := c.check(); err != nil {
		return nil, err
	}
	doc := jsonDoc{Version: "https://jsonfeed.org/version/1.1", Title: c.Title, Home: c.Home, Self: c.Self,
		Description: c.Description, Icon: c.Icon, Lang: c.Lang, Items: []jsonItem{}}
	for _, i := range c.Items {
		doc.Items = append(doc.Items, jsonItemOf(i))
	}
	b, err := json.MarshalIndent(doc, "", " ")
	return append(b, '\n'), fault.Wrap(fault.Internal, err, "")
}

func jsonItemOf(i Item) jsonItem {
	j := jsonItem{ID: i.ID, URL: string(link(i.URL)), Title: i.Title, Summary: i.Summary, HTML: i.HTML, Tags: i.Tags, Lang: i.Lang,
		Published: rfc3339(i.Published), Updated: rfc3339(i.changed())}
	if i.HTML == "" { // one of the two must be there
		j.Text = &i.Summary
	}
	if i.Image != nil {
		j.Image = string(link(i.Image.URL))
	}
	for _, a := range i.Authors {
		j.Authors = append(j.Authors, jsonAuthor(a))
	}
	return j
}
