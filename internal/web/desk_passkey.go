package web

import "time"

// PasskeyForm asks for a passkey by the page's script, which fetches a question
// from Ask and sends the answer to Action in the fields "question" and "answer".
// Without script, or where the browser has no passkeys, the page's other way is
// all there is.
type PasskeyForm struct {
	Action string
	Ask    string // POST; answers with JSON
	Nonce  string
	Hidden []HiddenField
	Host   string // the name that passkeys belong to here
	Make   bool   // a new one is made; otherwise one has to sign
	Auto   bool   // passkeys are offered in the list of the address field too
	Name   *Field // what the new one is to be called; nil does not ask
	Submit string
	Hint   string
	Reason string // why there are no passkeys at this address; "" where there are
}

// ChoosePage lets somebody choose how to sign in: by a passkey, or by a password
// ("desk/choose"). It is drawn with nobody known yet, and again inside.
type ChoosePage struct {
	DeskFrame
	Intro   string
	Passkey *PasskeyForm // nil: this is for a password alone
	Form    *Form        // nil: there is a password already
	Or      string       // between the two
	Back    *Link
}

// ProvePage asks somebody who is signed in to show again that it is them
// ("desk/prove").
type ProvePage struct {
	DeskFrame
	Intro   string
	Passkey *PasskeyForm // nil: they have none that works here
	Form    *Form        // nil: they have passkeys alone
	More    *Link
}

// RecoverPage signs in by a recovery code ("desk/recover").
type RecoverPage struct {
	DeskFrame
	Form Form
	Back Link
}

// CodesPage shows recovery codes, this once ("desk/codes").
type CodesPage struct {
	DeskFrame
	Codes []string
	Whose string // address of the account, for the printed page
	Made  time.Time
	Next  Link
}
