package guard

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Reason is why a gift looks like one that tries out a card. Its sentence for
// people is the catalogue's "guard.reason." with its name.
type Reason string

// The reasons.
const (
	RefusedBefore Reason = "refused_before" // payments from its network were refused in the hour before it
	RefusedOften  Reason = "refused_often"  // it went through only after several refused attempts
	SmallBurst    Reason = "small_burst"    // one of many gifts near the least amount within minutes
	ManyEmails    Reason = "many_emails"    // its network uses one e-mail address after the other
	RandomEmail   Reason = "random_email"   // the address looks made by chance
	RandomName    Reason = "random_name"    // so does the name
	TooQuick      Reason = "too_quick"      // filled in just after the shortest time allowed
)

// Weights are how much each reason counts. A gift whose reasons add up to
// Settings.HoldAt waits for a person. No single one is enough: each happens to
// honest people.
var Weights = map[Reason]int{
	RefusedBefore: 60, RefusedOften: 70, SmallBurst: 40, ManyEmails: 40, RandomEmail: 35, RandomName: 30, TooQuick: 25,
}

// Weight adds up reasons; each counts once.
func Weight(reasons []Reason) int {
	sum := 0
	for i, r := range reasons {
		if !slices.Contains(reasons[:i], r) {
			sum += Weights[r]
		}
	}
	return sum
}

// Signs are what a form and the minutes before it look like.
type Signs struct {
	Refused int           // payments from its network refused within Window
	Small   bool          // its amount is at most twice the least one
	Burst   int           // small gifts begun within ten minutes, itself among them
	Emails  int           // addresses that its network used within Window, its own among them
	Email   string        // lower case
	Name    string        // may be ""
	Age     time.Duration // of the form when it was sent
	MinAge  time.Duration // the least that is taken; 0: not looked at
}

// From how many on something is a reason.
const (
	refusedFew = 3
	burstFew   = 5
	emailsFew  = 4
	quick      = 1500 * time.Millisecond // beyond the shortest time allowed
)

// Reasons lists what speaks against a gift, in the order of the table.
func (s Signs) Reasons() []Reason {
	var out []Reason
	for _, x := range []struct {
		holds bool
		why   Reason
	}{
		{s.Refused >= refusedFew, RefusedBefore},
		{s.Small && s.Burst >= burstFew, SmallBurst},
		{s.Emails >= emailsFew, ManyEmails},
		{randomEmail(s.Email), RandomEmail},
		{randomText(s.Name), RandomName},
		{s.MinAge > 0 && s.Age < s.MinAge+quick, TooQuick},
	} {
		if x.holds {
			out = append(out, x.why)
		}
	}
	return out
}

// Attempts are the reasons of a gift that was refused so often before it went
// through.
func Attempts(refused int) []Reason {
	if refused >= refusedFew {
		return []Reason{RefusedOften}
	}
	return nil
}

func randomEmail(email string) bool {
	local, _, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+") // a tag may be anything
	return randomText(local) || mixedUp(local)
}

// mixedUp tells whether letters and digits take turns as in x7k2p9q4.
func mixedUp(s string) bool {
	turns, last := 0, ' '
	for _, r := range s {
		kind := ' '
		switch {
		case unicode.IsDigit(r):
			kind = 'd'
		case unicode.IsLetter(r):
			kind = 'l'
		}
		if kind != last && kind != ' ' && last != ' ' {
			turns++
		}
		last = kind
	}
	return turns >= 4
}

// randomText tells whether a Latin text can't be spoken: more consonants in a
// row than names have (Hirschschmidt has eight), or hardly a vowel. Other scripts are
// let through, for which this would say nothing.
func randomText(s string) bool {
	letters, vowels, row, longest := 0, 0, 0, 0
	for _, r := range strings.ToLower(s) {
		switch {
		case r > unicode.MaxLatin1:
			return false
		case !unicode.IsLetter(r):
			row = 0
		case strings.ContainsRune("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿ", r):
			letters, vowels, row = letters+1, vowels+1, 0
		default:
			letters++
			row++
			longest = max(longest, row)
		}
	}
	return longest >= 9 || letters >= 6 && vowels == 0 || letters >= 10 && vowels*8 <= letters
}
