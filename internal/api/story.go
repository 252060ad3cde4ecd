package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// story is an article as the desk's list has it.
type story struct {
	ID         string     `json:"id"`
	State      news.State `json:"state"`
	Headline   string     `json:"headline"`
	Lang       string     `json:"lang"`
	Kind       news.Kind  `json:"kind"`
	Section    string     `json:"section,omitempty" doc:"id"`
	Group      string     `json:"group,omitempty" doc:"the same for all translations of a story"`
	Author     string     `json:"author,omitempty" doc:"account that began it"`
	Owner      string     `json:"owner,omitempty" doc:"account that is to write it"`
	Reviewer   string     `json:"reviewer,omitempty" doc:"account that is to review it"`
	Deadline   *time.Time `json:"deadline,omitempty"`
	WordTarget int        `json:"word_target,omitempty"`
	PublishAt  *time.Time `json:"publish_at,omitempty" doc:"when it goes out by itself"`
	Embargoed  bool       `json:"embargoed,omitempty"`
	Hold       string     `json:"hold,omitempty" doc:"why nothing of it may go out"`
	Live       string     `json:"live,omitempty" doc:"id of the revision that readers see"`
	URL        string     `json:"url,omitempty" doc:"where readers find it"`
	Created    time.Time  `json:"created_at"`
	Modified   time.Time  `json:"modified_at"`
	First      *time.Time `json:"first_published_at,omitempty"`
}

func storyOf(a news.Article) story {
	return story{ID: a.ID, State: a.State, Headline: a.Headline, Lang: a.Lang, Kind: a.Kind, Section: a.Section, Group: a.Group, Author: a.Author, Owner: a.Owner,
		Reviewer: a.Reviewer, Deadline: stamp(a.Deadline), WordTarget: a.WordTarget, PublishAt: stamp(a.PublishAt), Embargoed: a.Embargoed, Hold: a.Hold, Live: a.Live,
		Created: a.Created.UTC(), Modified: a.Modified.UTC(), First: stamp(a.First)}
}

// oneStory is a story with how it stands for the token's person.
type oneStory struct {
	story
	Revision string      `json:"revision" doc:"id of the newest text, which steps and changes of the text are based on"`
	Steps    []news.Step `json:"steps" doc:"that you may make now; what still keeps one from being made is told when it is tried"`
	Findings []finding   `json:"findings" doc:"what the checks don't like about the newest text"`
	Change   *change     `json:"change,omitempty" doc:"of the newest text against the published one"`
	Pending  *pending    `json:"pending,omitempty" doc:"a step that is decided and waits"`
	Approved *approved   `json:"approved,omitempty"`
	MayWrite bool        `json:"may_write"`
}

type finding struct {
	Key      string        `json:"key" doc:"to be sent in acknowledged"`
	Severity news.Severity `json:"severity" doc:"stop, warn or hint"`
	Say      string        `json:"say"`
	Block    string        `json:"block,omitempty"`
}

type change struct {
	Class     news.Class `json:"class" doc:"what the program proposes to call it"`
	Was       string     `json:"was,omitempty"`
	Is        string     `json:"is,omitempty"`
	Prominent bool       `json:"prominent,omitempty"`
}

type pending struct {
	Step news.Step  `json:"step"`
	By   string     `json:"by" doc:"account"`
	Due  *time.Time `json:"due,omitempty" doc:"none: waits for a second person"`
}

type approved struct {
	By string    `json:"by" doc:"account"`
	At time.Time `json:"at"`
}

type stories struct {
	Stories []story `json:"stories"`
	Next    string  `json:"next,omitempty" doc:"cursor of the next page"`
}

// newStory is what a story begins with. Without content it is made of fields and
// Markdown.
type newStory struct {
	ID       string          `json:"id,omitempty" doc:"of your making (26 letters as other ids have them); the same id again is the same story"`
	State    news.State      `json:"state,omitempty" doc:"pitch or draft; draft unless said"`
	Content  *news.Content   `json:"content,omitempty" doc:"the whole text as blocks"`
	Fields   json.RawMessage `json:"fields,omitempty" doc:"fields of content, without body"`
	Markdown *string         `json:"markdown,omitempty" doc:"the body"`
}

func (a *API) aboutStories() []Op {
	read := []staff.Action{staff.ReadDrafts, staff.WriteOwn}
	return []Op{
		{ID: "listStories", Method: "GET", Path: "/stories", Group: "stories", Does: "Lists stories that you may see, the last changed first.", Scope: staff.ReadStories, May: read,
			Query: with(Param{"phase", "a part of the desk's list; open unless said", texts(news.Phases())}, Param{Name: "state", Does: "one state of the phase"}, Param{Name: "section", Does: "id of a section"},
				Param{Name: "author", Does: "account that began it"}, Param{Name: "mine", Does: "any value: only what is assigned to you"}, Param{Name: "lang", Does: "language"},
				Param{Name: "kind", Does: "sort of article"}, Param{Name: "q", Does: "words of headline, address or byline"}),
			Out: stories{}, do: a.listStories},
		{ID: "createStory", Method: "POST", Path: "/stories", Group: "stories", Does: "Begins a story of your own.", Scope: staff.WriteStories, May: []staff.Action{staff.WriteOwn},
			In: newStory{}, Out: oneStory{}, Status: http.StatusCreated, Tagged: true, do: a.createStory,
			Example: object{"fields": object{"headline": "Ferry back after storm", "dek": "The harbour reopened on Friday.", "section": "SECTION-ID"}, "markdown": "The first boat left at six.\n\n## What comes next\n\nRepairs go on."}},
		{ID: "readStory", Method: "GET", Path: "/stories/{id}", Group: "stories", Does: "Reads how a story stands, and what you may do with it.", Scope: staff.ReadStories, May: read,
			Out: oneStory{}, Tagged: true, do: a.readStory},
		{ID: "readText", Method: "GET", Path: "/stories/{id}/text", Group: "stories", Does: "Reads the newest text of a story.", Scope: staff.ReadStories, May: read,
			Query: []Param{{"format", "blocks unless said", []string{"blocks", "markdown"}}}, Out: text{}, Tagged: true, do: a.readText},
		{ID: "writeText", Method: "PUT", Path: "/stories/{id}/text", Group: "stories", Does: "Saves the text of a story as a new revision.",
			More:  "Based on the revision in If-Match (or base). Where somebody has saved meanwhile, nothing is saved and the answer is 412 with what is there; with merge, what does not collide is put together as the desk's editor does it, and what collides is kept aside as a revision (409).",
			Scope: staff.WriteStories, May: []staff.Action{staff.WriteOwn, staff.EditDrafts}, In: writeText{}, Out: saved{}, Tagged: true, Guarded: true, do: a.writeText,
			Example: object{"fields": object{"headline": "Ferry back after the storm"}, "markdown": "The first boat left at six on Friday."}},
		{ID: "listRevisions", Method: "GET", Path: "/stories/{id}/revisions", Group: "stories", Does: "Lists the revisions of a story, the newest first.", Scope: staff.ReadStories, May: read,
			Query: paged, Out: revisions{}, do: a.listRevisions},
		{ID: "readRevision", Method: "GET", Path: "/stories/{id}/revisions/{number}", Group: "stories", Does: "Reads a revision with its text.", Scope: staff.ReadStories, May: read,
			Out: oneRevision{}, do: a.readRevision},
		{ID: "restoreRevision", Method: "POST", Path: "/stories/{id}/revisions/{number}/restore", Group: "stories", Does: "Brings an older text back as a new revision; what was newest stays in the list.",
			Scope: staff.WriteStories, May: []staff.Action{staff.WriteOwn, staff.EditDrafts}, Out: saved{}, Guarded: true, do: a.restoreRevision},
	}
}

func (a *API) listStories(ctx context.Context, c *Call) (any, error) {
	f := store.StoryFilter{Phase: news.PhaseOpen, State: news.State(c.Value("state")), Section: c.Value("section"), Author: c.Value("author"), Lang: c.Value("lang"),
		Kind: news.Kind(c.Value("kind")), Text: c.Value("q")}
	if p := news.Phase(c.Value("phase")); p != "" {
		f.Phase = p
	} else if f.State != "" {
		f.Phase = f.State.Phase()
	}
	if c.Value("mine") != "" {
		f.Mine = c.Me.ID
	}
	editorial.Limit(c.Me, &f)
	after, err := storyKey(c.Value("cursor"))
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Stories(ctx, f, after, c.Limit()+1)
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := stories{Stories: []story{}}
	for _, x := range list {
		out.Stories = append(out.Stories, storyOf(x))
	}
	if rest {
		last := list[len(list)-1]
		out.Next = c.Next(strconv.FormatInt(last.Modified.UnixMilli(), 10) + "-" + last.ID)
	}
	return out, nil
}

func storyKey(cursor string) (store.StoryKey, error) {
	if cursor == "" {
		return store.StoryKey{}, nil
	}
	ms, id, _ := strings.Cut(cursor, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || id == "" {
		return store.StoryKey{}, badCursor()
	}
	return store.StoryKey{At: time.UnixMilli(n), ID: id}, nil
}

func (a *API) createStory(ctx context.Context, c *Call) (any, error) {
	var in newStory
	if err := c.Read(&in, maxStory); err != nil {
		return nil, err
	}
	if in.ID == "" {
		in.ID = id.New()
	}
	if !id.Valid(in.ID) {
		return nil, fault.Fields{"id": "Leave the id out, or make one in the form of other ids."}
	}
	if in.State != "" && in.State != news.Pitch && in.State != news.Draft {
		return nil, fault.Fields{"state": "A story begins as a pitch or a draft."}
	}
	o, err := a.Store.Outlet(ctx)
	if err != nil {
		return nil, err
	}
	content, err := in.text(news.Content{Lang: o.Language, Kind: news.Report}, in.ID)
	if err != nil {
		return nil, err
	}
	if !o.Speaks(content.Lang) {
		return nil, fault.Fields{"lang": "Choose a language that the newsroom publishes in."}
	}
	err = c.Write(func(ctx context.Context, tx *store.Tx) error {
		return a.room.Begin(ctx, tx, c.Me, in.ID, content, in.State)
	})
	if err != nil {
		return nil, err
	}
	c.header["Location"] = Root + "/stories/" + in.ID
	return a.show(ctx, c, in.ID)
}

func (a *API) readStory(ctx context.Context, c *Call) (any, error) {
	return a.show(ctx, c, c.PathValue("id"))
}

// show is a story as it stands for the token's person.
func (a *API) show(ctx context.Context, c *Call, id string) (any, error) {
	s, err := a.room.Stand(ctx, c.Me, id)
	if err != nil {
		return nil, err
	}
	out := oneStory{story: storyOf(s.Article), Revision: s.Head.ID, Steps: s.Offered(c.Me), Findings: []finding{}, MayWrite: s.Write}
	if out.Steps == nil {
		out.Steps = []news.Step{}
	}
	for _, f := range s.Case.Findings {
		out.Findings = append(out.Findings, finding{f.Key(), f.Severity, english("gate."+f.Rule, "text", f.Text), f.Block})
	}
	if s.Live != "" && !s.Case.Change.Empty() {
		w := s.Case.Change
		out.Change = &change{w.Class, w.Was, w.Now, w.Prominent}
	}
	if p := s.Case.Pending; p.Act != "" {
		out.Pending = &pending{p.Act, p.By.ID, stamp(p.Due)}
	}
	if ap := s.Case.Approved; ap.Article != "" {
		out.Approved = &approved{ap.By.ID, ap.At.UTC()}
	}
	if s.State.Public() {
		p, err := a.Store.Publication(ctx, s.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			out.URL = a.Base() + p.Path
		}
	}
	c.Tag(storyTag(s.Article, s.Head.ID))
	return out, nil
}

// storyTag is the state of a story, whoever looks at it.
func storyTag(a news.Article, head string) string {
	s := storyOf(a)
	s.Modified = time.Time{} // follows from what is done to it
	return tagOf([]any{s, head})
}

// headOf is the newest text of a story as a transaction sees it, which keeps other
// writers from it.
func (a *API) headOf(ctx context.Context, tx *store.Tx, article string) (news.Article, draft.Head, error) {
	h, err := a.room.Writing().Open(ctx, tx, article)
	if err != nil {
		return news.Article{}, h, err
	}
	got, err := tx.Article(ctx, article)
	return got, h, err
}
