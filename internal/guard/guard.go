// Package guard holds the rules against people who try out stolen cards on a
// form for gifts: how many gifts may be begun, when a visitor has to show that
// time or work was spent, when cards are taken no more for a while, and which
// gifts wait for a person. It talks to nobody; what it knows of addresses it
// keeps in memory and forgets within the hour.
package guard

import (
	"time"

	"masthead.dev/masthead/internal/fault"
)

// Setting is the name under which Settings are kept.
const Setting = "guard"

// Settings are what the desk decides about the defence. The zero value of a
// field is its default; see Defaults.
type Settings struct {
	// PerNetwork is how many gifts may be begun in a minute from one network
	// before each further one is asked for a proof; three times as many are the
	// end of it for that minute. Where networks can't be told apart Overall takes
	// its place, and a proof always passes: one stranger must not shut out all.
	PerNetwork int `json:"per_network,omitempty"`
	// Overall is how many may be begun in a minute in all before everybody is
	// asked for a proof. Nobody is turned away by it.
	Overall int `json:"overall,omitempty"`
	// Failures is how many refused payments in a minute, in all, have the same effect.
	Failures int `json:"failures,omitempty"`
	// ProveAfter is how many payments from one network may be refused within the
	// hour before it is asked for a proof.
	ProveAfter int `json:"prove_after,omitempty"`
	// CloseNetwork is how many close card payments for that network.
	CloseNetwork int `json:"close_network,omitempty"`
	// CloseAll is how many close them for everybody. One network counts for a
	// third of it at most, so that no stranger can close them alone.
	CloseAll int `json:"close_all,omitempty"`
	// HoldHours is how long a suspicious gift waits for a person.
	HoldHours int `json:"hold_hours,omitempty"`
	// HoldAt is from which weight of reasons on a gift waits; see Weights.
	HoldAt int `json:"hold_at,omitempty"`
	// WarnCap is up to which amount, in minor units of any currency, a single
	// gift is given back by itself when the card's bank warns of fraud.
	WarnCap int64 `json:"warn_cap,omitempty"`
}

// Defaults are the published ones of the funding specification, 3.5 and 3.6.
func Defaults() Settings {
	return Settings{
		PerNetwork: 3, Overall: 30, Failures: 10, ProveAfter: 5, CloseNetwork: 20, CloseAll: 60,
		HoldHours: 72, HoldAt: 100, WarnCap: 10_000,
	}
}

// Filled puts the defaults into what is zero.
func (s Settings) Filled() Settings {
	d := Defaults()
	for _, x := range []struct {
		have *int
		want int
	}{
		{&s.PerNetwork, d.PerNetwork}, {&s.Overall, d.Overall}, {&s.Failures, d.Failures}, {&s.ProveAfter, d.ProveAfter},
		{&s.CloseNetwork, d.CloseNetwork}, {&s.CloseAll, d.CloseAll}, {&s.HoldHours, d.HoldHours}, {&s.HoldAt, d.HoldAt},
	} {
		if *x.have == 0 {
			*x.have = x.want
		}
	}
	if s.WarnCap == 0 {
		s.WarnCap = d.WarnCap
	}
	return s
}

// Validate tells whether the settings can work; fault.Fields with "" as the
// sentence of each field that can't, for the caller to fill in.
func (s Settings) Validate() error {
	faults := fault.Fields{}
	between := func(name string, n, low, high int64) {
		if n < low || n > high {
			faults[name] = ""
		}
	}
	between("per_network", int64(s.PerNetwork), 1, 1000)
	between("overall", int64(s.Overall), int64(s.PerNetwork), 100_000)
	between("failures", int64(s.Failures), 1, 100_000)
	between("prove_after", int64(s.ProveAfter), 1, 1000)
	between("close_network", int64(s.CloseNetwork), int64(s.ProveAfter), 10_000)
	between("close_all", int64(s.CloseAll), int64(s.CloseNetwork), 100_000)
	between("hold_hours", int64(s.HoldHours), 1, 24*60)
	between("hold_at", int64(s.HoldAt), 1, 10_000)
	between("warn_cap", s.WarnCap, 1, 1_000_000_000)
	return faults.Err()
}

// Hold is how long a suspicious gift waits for a person.
func (s Settings) Hold() time.Duration { return time.Duration(s.HoldHours) * time.Hour }

// Window is how long refused payments count.
const Window = time.Hour

// Sight is what is known about where a form comes from, at one moment.
type Sight struct {
	Known   bool // whether the network can be told from others
	Begun   int  // gifts begun from the network within the last minute
	All     int  // gifts begun in all within the last minute
	ByEmail int  // gifts begun with the address within the last minute
	Refused int  // payments from the network refused within Window
	Minute  int  // payments refused in all within the last minute
	InAll   int  // payments refused in all within Window, no network with more than its share
}

// Rehearsed is what counts where somebody tries a newsroom out on the machine
// that it runs on, with pretended money: there is no card to test, and gifts may
// follow each other as quickly as a person or a program likes. Refused payments
// count all the same, so that the defence can be watched.
func (x Sight) Rehearsed() Sight {
	x.Begun, x.ByEmail, x.All = 0, 0, 0
	return x
}

// Verdict is what becomes of a form.
type Verdict string

// The verdicts.
const (
	Pass   Verdict = "pass"
	Prove  Verdict = "prove"  // after a proof: work of the browser, or a minute of waiting
	Wait   Verdict = "wait"   // not before the next minute
	Closed Verdict = "closed" // no card payments for now; a bank transfer is welcome
)

// CardsClosed tells whether card payments are closed for the one who looks, and
// whether for everybody. Where networks can't be told apart, all of them
// together are asked for proofs and are closed only at the number for all, so
// that one stranger there does not shut out the others early.
func (s Settings) CardsClosed(x Sight) (closed, all bool) {
	if x.InAll >= s.CloseAll {
		return true, true
	}
	if !x.Known {
		return x.Refused >= s.CloseAll, false
	}
	return x.Refused >= s.CloseNetwork, false
}

// Judge says what becomes of a form that would begin a card payment. proven is
// whether it brings a proof.
func (s Settings) Judge(x Sight, proven bool) Verdict {
	if closed, _ := s.CardsClosed(x); closed {
		return Closed
	}
	most := s.PerNetwork
	if !x.Known {
		most = s.Overall
	}
	switch {
	case x.Known && x.Begun >= 3*most: // those who share no network with it go on; of the others nobody can say
		return Wait
	case proven:
		return Pass
	case x.Begun >= most, x.ByEmail >= s.PerNetwork, x.All >= s.Overall, x.Minute >= s.Failures, x.Refused >= s.ProveAfter:
		return Prove
	}
	return Pass
}
