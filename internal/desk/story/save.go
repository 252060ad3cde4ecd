package story

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/draft"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// maxSave is the longest save: the longest document and what stands round it.
const maxSave = 17 << 20

// saving is what the editor sends. The text is read by itself, so that a fault
// in it is told apart from a message that makes no sense.
type saving struct {
	Nonce   string          `json:"nonce"`
	Client  string          `json:"client"`
	Seq     int64           `json:"seq"`
	Base    string          `json:"base"`
	Content json.RawMessage `json:"content"`
	Cut     bool            `json:"cut"`
}

// doSave takes in a text from the editor. Whatever goes wrong is said in a form
// that the editor understands: it keeps the text until it is told that it is here.
func (d *Pages) doSave(ctx context.Context, v *visit) (web.Page, error) {
	var in saving
	if err := v.message(&in); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(in.Nonce); !ok {
		return p, nil
	}
	if !validClient(in.Client) || in.Seq < 1 {
		return v.answerFault(fault.New(fault.Invalid, "a save names its tab in 1 to 64 letters and digits, and its number from 1 on"))
	}
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return v.answerFault(err)
	}
	var c news.Content
	if err := json.Unmarshal(in.Content, &c); err != nil {
		return v.answerFault(badText(err))
	}
	out, err := d.take(ctx, draft.Save{Article: a.ID, By: v.author(), Client: in.Client, Seq: in.Seq, Base: in.Base, Content: c, Cut: in.Cut})
	if err != nil {
		return v.answerFault(err)
	}
	if out.State == draft.Clash {
		return answer(http.StatusConflict, out), nil
	}
	return answer(http.StatusOK, out), nil
}

func (d *Pages) take(ctx context.Context, in draft.Save) (draft.Answer, error) {
	var out draft.Answer
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		out, err = d.writing().Save(ctx, tx, in)
		return err
	})
	return out, err
}

// badText gives a text that can't be read as JSON its kind and sentence.
func badText(err error) error {
	if fault.Say(err) != "" {
		return fault.Fields{"body": fault.Say(err)}
	}
	return fault.Wrap(fault.Invalid, err, "the text that was sent can't be read")
}

func validClient(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// message reads a body of JSON, whatever it calls itself: a beacon can't say. Of
// somebody who is not signed in it reads nothing: that is said by turnedAway, and
// a body of many megabytes is not for anybody to send.
func (v *visit) message(into any) error {
	if v.Standing("") == desk.SignedOut {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, v.Body, maxSave))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.Wrap(fault.TooLarge, err, "the text is over 16 MB; split it into several stories")
	}
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	return fault.Wrap(fault.Invalid, err, "this message could not be read; load the page again")
}

// turnedAway answers somebody who is not signed in, or whose nonce has run out.
func (v *visit) turnedAway(nonce string) (web.Page, bool) {
	switch v.Standing(nonce) {
	case desk.SignedOut:
		return answer(http.StatusUnauthorized, map[string]string{"state": "signed_out"}), false
	case desk.Stale:
		return answer(http.StatusForbidden, map[string]string{"state": "stale", "nonce": v.Nonce()}), false
	}
	return web.Page{}, true
}

// answer is a page of JSON.
func answer(status int, body any) web.Page {
	b, err := json.Marshal(body)
	if err != nil {
		return web.Page{Status: http.StatusInternalServerError}
	}
	return web.Page{Status: status, Type: "application/json", Body: append(b, '\n')}
}

// refusal is what the editor is told where a text was not taken.
type refusal struct {
	State  string            `json:"state"`
	Say    string            `json:"say"`
	Fields map[string]string `json:"fields,omitempty"`
}

// answerFault maps the kinds of fault to the states of the protocol. A defect of
// ours goes the usual way, into the log.
func (v *visit) answerFault(err error) (web.Page, error) {
	var fields fault.Fields
	out := refusal{Say: fault.Say(v.Tell(err))}
	errors.As(err, &fields)
	status := web.Status(err)
	switch fault.KindOf(err) {
	case fault.Invalid:
		out.State, out.Fields, status = "invalid", v.Faults(fields), http.StatusUnprocessableEntity
	case fault.TooLarge:
		out.State = "invalid"
	case fault.Denied:
		out.State = "denied"
	case fault.NotFound:
		out.State = "not_found"
	case fault.Gone:
		out.State = "gone"
	case fault.Conflict: // not of texts: such as another language for a live story
		out.State, status = "invalid", http.StatusUnprocessableEntity
	case fault.Unavailable, fault.TooMany:
		out.State = "unavailable"
	default:
		return web.Page{}, err
	}
	if out.Say == "" {
		out.Say = v.Loc.T("save." + out.State)
	}
	return answer(status, out), nil
}

// lockWish is what the editor sends every twenty seconds.
type lockWish struct {
	Nonce  string `json:"nonce"`
	Client string `json:"client"`
	Do     string `json:"do"`
}

// doLock tells who is at a story, and does what this tab wants about it.
func (d *Pages) doLock(ctx context.Context, v *visit) (web.Page, error) {
	var in lockWish
	if err := v.message(&in); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(in.Nonce); !ok {
		return p, nil
	}
	if !validClient(in.Client) {
		return v.answerFault(fault.New(fault.Invalid, "a message about a lock names its tab in 1 to 64 letters and digits"))
	}
	a, err := d.writer(ctx, v, v.PathValue("id"))
	if err != nil {
		return v.answerFault(err)
	}
	held, err := d.lock(ctx, v, draft.Wish{Article: a.ID, Client: in.Client, By: v.author(), Do: in.Do, Break: a.Break})
	if err != nil {
		return v.answerFault(err)
	}
	return answer(http.StatusOK, held), nil
}

func (d *Pages) lock(ctx context.Context, v *visit, in draft.Wish) (draft.Held, error) {
	var held draft.Held
	err := d.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if held, err = d.writing().Lock(ctx, tx, in); err != nil || held.From == "" {
			return err
		}
		return tx.Audit(ctx, v.By(), "lock.taken", "article", in.Article, map[string]any{"from": held.From})
	})
	return held, err
}
