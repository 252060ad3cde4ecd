package web

import "strings"

// Form is a form of the desk, described rather than drawn: label above, hint
// before and error after the field, and a summary of the errors with links.
type Form struct {
	ID     string // unique on the page; field ids are made of it
	Action string // POST
	Nonce  string
	Hidden []HiddenField
	Groups []FieldGroup
	Submit string // a verb
	Quiet  bool   // the button is not the page's primary action
	Errors []FieldError
}

// FieldGroup is a fieldset. A form with one group without a legend is drawn
// without one.
type FieldGroup struct {
	Legend  string
	Hint    string
	Columns int // short fields stand abreast: 2 or 3 in a row, or, for 4, as many as there is room
	Fields  []Field
}

// Field is one field. Its error stands in the form's Errors under its name.
type Field struct {
	Name  string
	Label string
	Hint  string
	// Kind is "text" (when empty), "email", "password", "url", "number",
	// "date", "file", "area", "select", "radio", "check" or "secret". A secret is never
	// filled in again: Value only tells that one is stored.
	Kind         string
	Value        string
	Checked      bool // of a check
	Options      []Option
	Required     bool
	Optional     bool   // says "if you like" beside the label
	Autocomplete string // as in HTML
	InputMode    string
	Rows         int    // of an area
	Accept       string // media types that a file field offers
	Many         bool   // of a file field: several at once
	Lang, Dir    string
}

// Option is a choice of a select or radio field.
type Option struct {
	Value, Text, Hint string
	Lang              string
}

// ErrorOf returns the sentence about a field, "" where it is in order.
func (f Form) ErrorOf(name string) string { return errorOf(f.Errors, name) }

// Has tells whether the form shows a field of that name.
func (f Form) Has(name string) bool {
	for _, g := range f.Groups {
		for _, field := range g.Fields {
			if field.Name == name {
				return true
			}
		}
	}
	return false
}

// Files tells whether the form sends a file, which needs another encoding.
func (f Form) Files() bool {
	for _, g := range f.Groups {
		for _, field := range g.Fields {
			if field.Kind == "file" {
				return true
			}
		}
	}
	return false
}

// formField is a field with its place in a form.
type formField struct {
	Field
	ID    string
	Error string
}

func fieldIn(f Form, field Field) formField {
	return formField{field, f.ID + "-" + field.Name, f.ErrorOf(field.Name)}
}

// Described lists the ids of what explains the field, for aria-describedby.
func (f formField) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Kind == "secret" && f.Value != "" {
		ids = append(ids, f.ID+"-kept")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-err")
	}
	return strings.Join(ids, " ")
}

// InputType is the type attribute of an input.
func (f formField) InputType() string {
	switch f.Kind {
	case "":
		return "text"
	case "secret":
		return "password"
	case "number":
		return "text" // with an inputmode: number inputs change digits on scrolling
	}
	return f.Kind
}

// Shown tells whether the value may stand in the page: passwords never do.
func (f formField) Shown() bool {
	return f.Kind != "secret" && f.Kind != "password" && f.Kind != "file"
}
