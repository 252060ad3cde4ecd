package web

import (
	"time"

	"masthead.dev/masthead/internal/locale"
)

// DeskFrame is what every page of the desk shares.
type DeskFrame struct {
	*locale.Locale // the interface language of the person; must be set

	Outlet  string // its name
	Zone    *time.Location
	Title   string    // of the browser's tab and, where a page has no other, its h1
	Home    string    // "/desk"
	Nav     []DeskNav // only what this person may open
	Who     *Who      // nil: nobody is signed in; the rail then has no foot
	Notice  *Notice   // what has just happened
	Alarm   *Link     // what must not be overlooked on any page
	Sandbox bool
}

// DeskNav is an entry of the rail.
type DeskNav struct {
	Text    string
	Href    string
	Count   int // open things; 0 shows nothing
	Current bool
	Apart   bool // begins another group
}

// Who is signed in.
type Who struct {
	Name    string
	Role    string // in words, of the interface's language
	SignOut string // POST
	Nonce   string // of the sign-out form
}

// Notice is a message at the head of a page. Kind is "ok", "warn" or "stop".
type Notice struct{ Kind, Text string }

// At writes day and time in the outlet's zone.
func (f DeskFrame) At(t time.Time) string { return f.DateTime(f.local(t)) }

// On writes a day in the outlet's zone.
func (f DeskFrame) On(t time.Time) string { return f.Date(f.local(t), locale.Long) }

// Stamp is t for a datetime attribute.
func (f DeskFrame) Stamp(t time.Time) string { return f.local(t).Format(time.RFC3339) }

func (f DeskFrame) local(t time.Time) time.Time {
	if f.Zone == nil {
		return t.UTC()
	}
	return t.In(f.Zone)
}
