// Package clock lets everything that asks for the time be given another one.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells the time in UTC.
type Clock interface{ Now() time.Time }

// Wall is the machine's clock.
type Wall struct{}

// Now implements Clock.
func (Wall) Now() time.Time { return time.Now().UTC() }

// Func makes a Clock of a function.
type Func func() time.Time

// Now implements Clock.
func (f Func) Now() time.Time { return f().UTC() }

// Shifted is a base clock moved by an offset that may change while it runs.
// The money clock is one of these: with the sandbox it follows the sandbox's
// own time.
type Shifted struct {
	Base   Clock
	offset atomic.Int64 // nanoseconds
}

// Now implements Clock.
func (s *Shifted) Now() time.Time {
	return s.Base.Now().Add(time.Duration(s.offset.Load()))
}

// Set replaces the offset.
func (s *Shifted) Set(d time.Duration) { s.offset.Store(int64(d)) }

// Offset returns the offset in force.
func (s *Shifted) Offset() time.Duration { return time.Duration(s.offset.Load()) }

// Manual is a clock for tests that moves only when told to.
type Manual struct{ at atomic.Int64 }

// At returns a manual clock that shows t.
func At(t time.Time) *Manual {
	m := new(Manual)
	m.at.Store(t.UnixNano())
	return m
}

// Now implements Clock.
func (m *Manual) Now() time.Time { return time.Unix(0, m.at.Load()).UTC() }

// Add moves the clock forward.
func (m *Manual) Add(d time.Duration) { m.at.Add(int64(d)) }
