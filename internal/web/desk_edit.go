package web

import (
	"encoding/json"
	"strings"

	"masthead.dev/masthead/internal/locale"
)

// EditPage is the rich editor of an article ("desk/edit"). It needs JavaScript;
// without it the page says so and links the plain form.
type EditPage struct {
	DeskFrame
	Heading string
	Plain   Link // the form that works without JavaScript
	Story   EditStory
}

// EditStory is what the page hands to the editor's script, as JSON. Words, ID,
// Content and URLs must be set.
type EditStory struct {
	ID      string          `json:"id"`
	Nonce   string          `json:"nonce"`
	Base    string          `json:"base"` // the revision that Content is
	Number  int             `json:"number"`
	Content json.RawMessage `json:"content"` // news.Content in its canonical form
	Lang    string          `json:"lang"`    // of the interface, as is Dir
	Dir     string          `json:"dir"`
	Words   map[string]any  `json:"words"` // see EditWords
	URLs    EditURLs        `json:"urls"`
	// Media are the pictures that the content shows.
	Media     map[string]EditMedium `json:"media"`
	Sections  []EditChoice          `json:"sections,omitempty"`
	Topics    []EditChoice          `json:"topics,omitempty"`
	People    []EditChoice          `json:"people,omitempty"`
	Campaigns []EditChoice          `json:"campaigns,omitempty"`
	// Next is the step that usually follows the writing, where this person may
	// make it.
	Next *EditNext `json:"next,omitempty"`
}

// EditNext is a step that the editor's page makes by itself once the text is
// saved: a form that posts to Action.
type EditNext struct {
	Action string `json:"action"`
	Text   string `json:"text"`
}

// EditURLs are the addresses that the script talks to.
type EditURLs struct {
	Save     string `json:"save"`
	Lock     string `json:"lock"`
	Pictures string `json:"pictures,omitempty"` // POST takes a file in
	Picture  string `json:"picture,omitempty"`  // with a picture's id behind it: POST describes it
	Library  string `json:"library,omitempty"`  // GET lists pictures to choose from
	Paste    string `json:"paste,omitempty"`
	Text     string `json:"text,omitempty"`  // the plain form
	Story    string `json:"story,omitempty"` // state, notes and history
	SignIn   string `json:"signin,omitempty"`
	Preview  string `json:"preview,omitempty"`
}

// EditMedium is a picture as the editor shows it. Focal and Crop (left, top,
// width, height) are in ten-thousandths of the whole picture's width and height.
type EditMedium struct {
	Src     string `json:"src"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Alt     string `json:"alt,omitempty"`
	Credit  string `json:"credit,omitempty"`
	Caption string `json:"caption,omitempty"`
	Focal   [2]int `json:"focal"`

	Crop       *[4]int `json:"crop,omitempty"` // nil: nothing is cut away
	Name       string  `json:"name,omitempty"` // of the file
	Decorative bool    `json:"decorative,omitempty"`
	Until      string  `json:"until,omitempty"` // last day of its rights, in words
	Mine       bool    `json:"mine,omitempty"`  // this person may change it
}

// EditChoice is something that can be chosen by its name.
type EditChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// EditWords are the words of the editor in a language: its messages by key, a
// sentence or its plural forms.
func EditWords(l *locale.Locale) map[string]any {
	const prefix = "editor."
	out := map[string]any{}
	for key, forms := range l.Messages(prefix) {
		key = strings.TrimPrefix(key, prefix)
		if len(forms) == 1 {
			out[key] = forms["other"]
		} else {
			out[key] = forms
		}
	}
	return out
}
