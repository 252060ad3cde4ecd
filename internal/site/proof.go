package site

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/guard"
	"masthead.dev/masthead/internal/web"
)

// proof is what a form brings to show that sending it cost something; see guard.
type proof struct {
	nonces *web.Nonces
	now    time.Time
	form   url.Values
	nonce  string // id of the form, to which the proof is tied
}

// proofPurpose ties a proof to one form and to the work that was asked for.
func proofPurpose(nonce string, bits int) string { return fmt.Sprintf("proof %d %s", bits, nonce) }

// shown is the proof that a form brings: its token, the work, and how long the
// page has been open; "" for none that is ours.
func (p proof) shown() (token string, bits int, age time.Duration) {
	token = p.form.Get("proof")
	bits, err := strconv.Atoi(p.form.Get("bits"))
	if token == "" || err != nil {
		return "", 0, 0
	}
	_, age, err = p.nonces.Check(proofPurpose(p.nonce, bits), token, p.now, guard.ProofLasts)
	if err != nil {
		return "", 0, 0
	}
	return token, bits, age
}

// good tells whether the work was done, or the minute waited.
func (p proof) good() bool {
	token, bits, age := p.shown()
	return token != "" && (age >= guard.WaitFor || guard.Worked(token, p.form.Get("answer"), bits))
}

// ask is the page that asks for a proof, without its words. Pressing its button
// too early shows it again with the same token, so that the minute goes on; a
// proof that was good and is not enough any more has been used up.
func (p proof) ask(action string, bits int) web.ProofPage {
	token, had, age := p.shown()
	if token == "" || p.good() {
		token, age = p.nonces.Mint(proofPurpose(p.nonce, bits), p.now), 0
	} else {
		bits = had
	}
	return web.ProofPage{
		Action: action, Fields: carried(p.form), Token: token, Bits: bits,
		Seconds: int((guard.WaitFor - age + time.Second - 1) / time.Second), Early: age > 0,
	}
}

// mostCarried is how many fields a form may bring; ours has a dozen.
const mostCarried = 40

// carried are the fields of a form but those of the proof.
func carried(form url.Values) []web.HiddenField {
	var out []web.HiddenField
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name != "proof" && name != "bits" && name != "answer" && len(out) < mostCarried {
			out = append(out, web.HiddenField{Name: name, Value: form.Get(name)})
		}
	}
	return out
}

// drawProof draws the page that asks for a proof.
func (s *Site) drawProof(sh *shell, p web.ProofPage) (web.Page, error) {
	p.Heading = sh.T("guard.proof.heading")
	sh.Title, sh.Robots, sh.Canonical, sh.Langs = p.Heading, "noindex", "", nil
	p.Frame = sh.Frame
	page, err := s.draw(sh, "site/proof", p)
	page.Status, page.Cache, page.Deps = http.StatusTooManyRequests, web.NoStore, nil
	return page, err
}
