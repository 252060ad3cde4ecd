// Package fault names the kinds of error that Masthead knows. The floors below
// the web say what went wrong and to whom; status codes are decided above.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what sort of trouble an error is.
type Kind string

// The kinds. A caller branches on these and never on a text.
const (
	Invalid     Kind = "invalid"     // what was asked makes no sense; the asker can mend it
	NotFound    Kind = "not_found"   // there is no such thing, or not for this asker
	Gone        Kind = "gone"        // it was there and was withdrawn
	Conflict    Kind = "conflict"    // somebody else was faster, or it exists already
	Denied      Kind = "denied"      // this person may not
	TooMany     Kind = "too_many"    // a limit was reached; later it will work
	TooLarge    Kind = "too_large"   // the body or file is over its limit
	Unavailable Kind = "unavailable" // something that we need does not answer; later it may
	Internal    Kind = "internal"    // a defect of ours
)

// Error carries a sentence for people (Say) and the cause for the log (Err).
type Error struct {
	Kind Kind
	Say  string // one sentence that says what to do; may be shown to a reader
	Err  error  // for the log only; may be nil
}

// Error implements error. It holds the cause and so is for logs, not for pages.
func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.Say
	case e.Say == "":
		return e.Err.Error()
	}
	return e.Say + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind with a sentence for people.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Say: fmt.Sprintf(format, args...)}
}

// Wrap gives a cause a kind and a sentence. A nil cause stays nil.
func Wrap(k Kind, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Say: fmt.Sprintf(format, args...), Err: err}
}

// KindOf finds the kind of an error, Internal where none was given.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var f Fields
	if errors.As(err, &f) {
		return Invalid
	}
	return Internal
}

// Is tells whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Say returns the sentence for people, or "" where the error has none.
func Say(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Say
	}
	var f Fields
	if errors.As(err, &f) {
		return f.Error()
	}
	return ""
}

// Fields are the faults of a form: name of the field → sentence (or the key of
// one in the message catalogue). A form that has some is shown again with the
// input kept and status 422.
type Fields map[string]string

// Error lists the sentences in the order of the fields' names.
func (f Fields) Error() string {
	names := make([]string, 0, len(f))
	for n := range f {
		names = append(names, n)
	}
	sort.Strings(names)
	parts := make([]string, 0, len(f))
	for _, n := range names {
		parts = append(parts, n+": "+f[n])
	}
	return strings.Join(parts, "; ")
}

// Err returns the fields as an error, or nil where there are none.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
