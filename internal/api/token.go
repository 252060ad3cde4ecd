package api

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/staff"
)

// own is what a token opens, and for whom.
type own struct {
	Name   string        `json:"name" doc:"of the token"`
	Scopes []staff.Scope `json:"scopes"`
	Ends   time.Time     `json:"expires_at"`
	Person account       `json:"person"`
}

type account struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Email  string      `json:"email"`
	Lang   string      `json:"lang" doc:"of their desk"`
	Person string      `json:"person,omitempty" doc:"id of the byline that is theirs"`
	State  staff.State `json:"state"`
	Grants []grant     `json:"grants"`
}

type grant struct {
	Role    staff.Role `json:"role"`
	Section string     `json:"section,omitempty" doc:"id; none: everywhere"`
}

func accountOf(p staff.Person) account {
	out := account{ID: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang, Person: p.PersonID, State: p.State, Grants: []grant{}}
	for _, g := range p.Grants {
		out.Grants = append(out.Grants, grant{g.Role, g.Section})
	}
	return out
}

func (a *API) aboutToken() []Op {
	return []Op{{ID: "readToken", Method: "GET", Path: "/me", Group: "token", Does: "Tells what the token opens and for whom it comes.", Out: own{},
		do: func(_ context.Context, c *Call) (any, error) {
			return own{c.Token.Name, c.Token.Scopes, c.Token.Ends.UTC(), accountOf(c.Me)}, nil
		}}}
}
