package store

import (
	"context"
	"strings"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outlet"
	"masthead.dev/masthead/internal/standing"
)

// The ways in which a standing text came to be as it is.
const (
	StandingByHand   = "hand"
	StandingStarter  = "starter"  // begun with the words that the program offers
	StandingRestored = "restored" // an earlier one brought back
	StandingBefore   = "before"   // it was public before versions were kept
)

// StandingText is a saved state of a text that every newsroom needs. What is
// public of it stands in the outlet's settings.
type StandingText struct {
	Name     standing.Name
	Lang     string
	Number   int
	Text     string // Markdown; "" takes the page away
	Origin   string
	By       news.Author
	At       time.Time
	Public   time.Time // when somebody confirmed it last; zero: never
	PublicBy news.Author
}

const standingColumns = "name, lang, number, text, origin, by_id, by_name, at, public_at, public_id, public_name"

func scanStanding(r db.Scanner) (v StandingText, err error) {
	return v, r.Scan(&v.Name, &v.Lang, &v.Number, &v.Text, &v.Origin, &v.By.ID, &v.By.Name, db.At(&v.At), db.At(&v.Public), &v.PublicBy.ID, &v.PublicBy.Name)
}

// StandingTexts lists the states of a text in a language, the newest first.
func (s *Store) StandingTexts(ctx context.Context, name standing.Name, lang string, limit, offset int) ([]StandingText, error) {
	return db.Rows(ctx, s.Query(), scanStanding, "SELECT "+standingColumns+" FROM standing_text WHERE name = $1 AND lang = $2 ORDER BY number DESC LIMIT $3 OFFSET $4", name, lang, limit, offset)
}

// StandingText returns a state by its number.
func (s *Store) StandingText(ctx context.Context, name standing.Name, lang string, number int) (StandingText, error) {
	return standingText(ctx, s.Query(), name, lang, number)
}

func standingText(ctx context.Context, q db.Querier, name standing.Name, lang string, number int) (StandingText, error) {
	v, err := db.One(ctx, q, scanStanding, "SELECT "+standingColumns+" FROM standing_text WHERE name = $1 AND lang = $2 AND number = $3", name, lang, number)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "this text has no version of that number")
	}
	return v, err
}

// SaveStanding adds a state of a text. seen is the number of the newest one that
// the writer had in front of them, 0 for none: fault.Conflict where there is a
// newer one. Readers see nothing of it.
func (tx *Tx) SaveStanding(ctx context.Context, by Actor, seen int, v StandingText) (StandingText, error) {
	v.Text = strings.TrimSpace(v.Text)
	if err := standing.Check(v.Text); err != nil {
		return v, err
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return v, err
	}
	if !v.Name.Known() || !o.Speaks(v.Lang) {
		return v, fault.New(fault.NotFound, "there is no such text")
	}
	newest, err := db.One(ctx, tx, db.Value[int], "SELECT COALESCE(MAX(number), 0) FROM standing_text WHERE name = $1 AND lang = $2", v.Name, v.Lang)
	if err != nil {
		return v, err
	}
	if newest != seen {
		return v, fault.New(fault.Conflict, "somebody else has saved this text since you opened it; compare it with yours and save again")
	}
	if was := (*v.Name.In(&o))[v.Lang]; newest == 0 && was != "" {
		newest = 1
		old := StandingText{Name: v.Name, Lang: v.Lang, Number: newest, Text: was, Origin: StandingBefore}
		if err := tx.addStanding(ctx, System, old); err != nil {
			return v, err
		}
	}
	v.Number = newest + 1
	if err := tx.addStanding(ctx, by, v); err != nil {
		return v, err
	}
	tx.Touch("desk")
	return v, tx.Audit(ctx, by, "text.saved", "text", string(v.Name)+"."+v.Lang, map[string]any{"number": v.Number, "origin": v.Origin})
}

func (tx *Tx) addStanding(ctx context.Context, by Actor, v StandingText) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO standing_text (name, lang, number, text, origin, by_id, by_name, at) VALUES ("+places(8)+")",
		v.Name, v.Lang, v.Number, v.Text, v.Origin, by.ID, by.Name, tx.now())
	return err
}

// PublishStanding makes a state of a text what readers see. The caller has let
// somebody confirm that it is true; it is fault.Fields where something is left to
// say in it.
func (tx *Tx) PublishStanding(ctx context.Context, by Actor, name standing.Name, lang string, number int) error {
	v, err := standingText(ctx, tx, name, lang, number)
	if err != nil {
		return err
	}
	if len(standing.Left(v.Text)) > 0 {
		return fault.Fields{"text": "Say what stands between [[ and ]], or take it out, before readers see it."}
	}
	o, err := tx.Outlet(ctx)
	if err != nil {
		return err
	}
	in := name.In(&o)
	words := outlet.Words{}
	for l, text := range *in {
		words[l] = text
	}
	words[lang] = v.Text
	if v.Text == "" {
		delete(words, lang)
	}
	*in = words
	if err := tx.PutOutlet(ctx, by, o); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, "UPDATE standing_text SET public_at = $4, public_id = $5, public_name = $6 WHERE name = $1 AND lang = $2 AND number = $3", name, lang, number, tx.now(), by.ID, by.Name)
	if err != nil {
		return err
	}
	tx.Touch("desk")
	return tx.Audit(ctx, by, "text.published", "text", string(name)+"."+lang, map[string]any{"number": number})
}
