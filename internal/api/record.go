package api

import (
	"context"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// correction is what was put right in public.
type correction struct {
	ID        string     `json:"id"`
	Story     string     `json:"story" doc:"id"`
	Class     news.Class `json:"class"`
	Was       string     `json:"was,omitempty"`
	Is        string     `json:"is,omitempty"`
	Note      string     `json:"note,omitempty"`
	From      int        `json:"from_version"`
	To        int        `json:"to_version"`
	Prominent bool       `json:"prominent"`
	Headline  string     `json:"headline,omitempty" doc:"none where the story was withdrawn"`
	URL       string     `json:"url,omitempty"`
	At        time.Time  `json:"at"`
}

type corrections struct {
	Corrections []correction `json:"corrections"`
	Next        string       `json:"next,omitempty"`
}

// version is a text that readers have seen.
type version struct {
	Number   int        `json:"number"`
	Revision string     `json:"revision"`
	Class    news.Class `json:"class"`
	Note     string     `json:"note,omitempty"`
	Headline string     `json:"headline,omitempty"`
	Redacted bool       `json:"redacted,omitempty"`
	At       time.Time  `json:"at"`
}

type versions struct {
	Versions []version `json:"versions" doc:"of a story that is public; the newest first"`
}

// entry is a line of the record of what was done.
type entry struct {
	Seq    string         `json:"id"`
	At     time.Time      `json:"at"`
	By     string         `json:"by,omitempty" doc:"account; none: a command or the program itself"`
	ByName string         `json:"by_name"`
	Action string         `json:"action"`
	Kind   string         `json:"kind" doc:"of what it was done to"`
	Object string         `json:"object" doc:"id"`
	Detail map[string]any `json:"detail"`
}

type audit struct {
	Entries []entry `json:"entries"`
	Next    string  `json:"next,omitempty"`
}

func (a *API) aboutRecord() []Op {
	read := []staff.Action{staff.ReadDrafts, staff.WriteOwn}
	return []Op{
		{ID: "listCorrections", Method: "GET", Path: "/corrections", Group: "corrections and record", Does: "Lists what was put right in public, the newest first.", Scope: staff.ReadStories, May: read,
			Query: paged, Out: corrections{}, do: a.listCorrections},
		{ID: "listVersions", Method: "GET", Path: "/stories/{id}/versions", Group: "corrections and record", Does: "Lists the versions of a story that readers have seen.", Scope: staff.ReadStories, May: read,
			Out: versions{}, do: a.listVersions},
		{ID: "readAudit", Method: "GET", Path: "/audit", Group: "corrections and record", Does: "Reads the record of what was done, the newest first; an editor of a section sees what concerns its stories.",
			Scope: staff.AuditScope, May: []staff.Action{staff.ReadAudit}, Query: paged, Out: audit{}, do: a.readAudit},
	}
}

func (a *API) listCorrections(ctx context.Context, c *Call) (any, error) {
	from, err := c.Offset()
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Corrections(ctx, time.UnixMilli(0), a.Clock.Now().AddDate(1, 0, 0), c.Limit()+1, from)
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := corrections{Corrections: []correction{}}
	for _, x := range list {
		v := correction{ID: x.ID, Story: x.Article, Class: x.Class, Was: x.Was, Is: x.Now, Note: x.Note, From: x.From, To: x.To, Prominent: x.Prominent, Headline: x.Headline, At: x.FixedAt.UTC()}
		if x.Path != "" {
			v.URL = a.Base() + x.Path
		}
		out.Corrections = append(out.Corrections, v)
	}
	if rest {
		out.Next = c.Next(strconv.Itoa(from + len(list)))
	}
	return out, nil
}

func (a *API) listVersions(ctx context.Context, c *Call) (any, error) {
	got, err := a.room.Access(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Versions(ctx, got.ID)
	out := versions{Versions: []version{}}
	for _, v := range list {
		out.Versions = append(out.Versions, version{v.Number, v.Revision, v.Class, v.Note, v.Headline, v.Redacted != "", v.At.UTC()})
	}
	return out, err
}

func (a *API) readAudit(ctx context.Context, c *Call) (any, error) {
	q := store.AuditQuery{Limit: c.Limit() + 1}
	if text := c.Value("cursor"); text != "" {
		var err error
		if q.Before, err = strconv.ParseInt(text, 10, 64); err != nil || q.Before < 1 {
			return nil, badCursor()
		}
	}
	editorial.Record(c.Me, &q)
	list, err := a.Store.AuditLog(ctx, q)
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := audit{Entries: []entry{}}
	for _, e := range list {
		out.Entries = append(out.Entries, entry{strconv.FormatInt(e.Seq, 10), e.At.UTC(), e.By.ID, e.By.Name, e.Action, e.Kind, e.ID, e.Detail})
	}
	if rest {
		out.Next = c.Next(out.Entries[len(out.Entries)-1].Seq)
	}
	return out, nil
}

var errNoPictures = fault.New(fault.Unavailable, "no pictures can be kept here")
