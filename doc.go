// Package masthead is the root of the project; the program is in cmd/masthead.
// The test beside this file keeps the architecture.
package masthead
