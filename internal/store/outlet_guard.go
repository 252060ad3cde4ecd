package store

import (
	"context"
	"slices"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/outlet"
)

// Why a change of the outlet is refused that would be in order by itself: the
// sentences that stand in fault.Fields, by which those who show them know them.
const (
	CurrencyBooked  = "Money is booked in this currency already; the books can't change theirs."
	LanguageInUse   = "Stories are published without a prefix in this language; add the other one as a further language."
	LanguageStories = "Stories are published or scheduled in a language that you left out; withdraw or move them first."
	LanguageClash   = "A published story has the address that this language needs."
)

// guardOutlet refuses what would hurt what is there already.
func (tx *Tx) guardOutlet(ctx context.Context, was, now outlet.Outlet) error {
	bad := fault.Fields{}
	if was.Currency != now.Currency {
		booked, err := db.One(ctx, tx, db.Value[int64], "SELECT seq FROM ledger_head")
		if err != nil {
			return err
		}
		if booked > 0 {
			bad["currency"] = CurrencyBooked
		}
	}
	if was.Language != now.Language || !slices.Equal(was.Languages, now.Languages) {
		if err := tx.guardLanguages(ctx, was, now, bad); err != nil {
			return err
		}
	}
	return bad.Err()
}

func (tx *Tx) guardLanguages(ctx context.Context, was, now outlet.Outlet, bad fault.Fields) error {
	used, err := db.Rows(ctx, tx, db.Value[string], "SELECT lang FROM publication GROUP BY lang UNION SELECT lang FROM article WHERE phase = 'scheduled' GROUP BY lang")
	if err != nil {
		return err
	}
	if was.Language != now.Language && len(used) > 0 { // their addresses have no prefix
		bad["language"] = LanguageInUse
	}
	for _, l := range used {
		if was.Speaks(l) && !now.Speaks(l) {
			bad["languages"] = LanguageStories
		}
	}
	for _, l := range now.Languages {
		if was.Speaks(l) {
			continue
		}
		p := now.Prefix(l)
		n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM publication WHERE path = $1 OR path LIKE $2", p, p+"/%") // a tag holds no sign of LIKE
		if err != nil {
			return err
		}
		if n > 0 {
			bad["languages"] = LanguageClash
		}
	}
	return nil
}
