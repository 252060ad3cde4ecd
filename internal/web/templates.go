package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"reflect"
	"strings"
	text "text/template"

	"masthead.dev/masthead/internal/fault"
)

//go:embed templates
var templateFiles embed.FS

// Templates draws all pages and mails. It is immutable after New and safe for
// use by many goroutines.
type Templates struct {
	pages map[string]*template.Template
	texts map[string]*text.Template // the plain bodies of mails
}

// NewTemplates parses every template. A fault in one is an error here, before
// anything is served.
func NewTemplates() (*Templates, error) {
	t := &Templates{map[string]*template.Template{}, map[string]*text.Template{}}
	for name := range kinds {
		if err := t.parse(name); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the template %s is broken", name)
		}
	}
	return t, nil
}

// parse joins a page with the layout and the parts of its surface.
func (t *Templates) parse(name string) error {
	surface, _, _ := strings.Cut(name, "/")
	files := []string{"templates/" + surface + "/layout.html", "templates/" + name + ".html"}
	if surface != "mail" {
		parts, err := fs.Glob(templateFiles, "templates/parts/*.html")
		if err != nil {
			return err
		}
		own, err := fs.Glob(templateFiles, "templates/parts/"+surface+"/*.html")
		if err != nil {
			return err
		}
		files = append(append(parts, own...), files...)
	}
	page, err := template.New(name).Funcs(functions(name)).Option("missingkey=error").ParseFS(templateFiles, files...)
	if err != nil {
		return err
	}
	t.pages[name] = page
	if surface != "mail" {
		return nil
	}
	t.texts[name], err = text.New(name).Option("missingkey=error").
		ParseFS(templateFiles, "templates/mail/layout.txt", "templates/"+name+".txt")
	return err
}

// Render draws a page, such as "site/article", into memory: nothing half-drawn
// is ever sent. The data must be of the page's own type.
func (t *Templates) Render(name string, data any) ([]byte, error) {
	k, ok := kinds[name]
	if !ok {
		return nil, fault.New(fault.Internal, "there is no page %s", name)
	}
	if got, want := reflect.TypeOf(data), reflect.TypeOf(k.data); got != want {
		return nil, fault.New(fault.Internal, "the page %s is made of %v, not of %v", name, want, got)
	}
	var b bytes.Buffer
	b.Grow(32 << 10)
	if err := t.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the page %s could not be drawn", name)
	}
	return b.Bytes(), nil
}

// Letter is a mail ready to be sent.
type Letter struct{ Subject, Text, HTML string }

// Mail draws a mail, such as "mail/gift".
func (t *Templates) Mail(name string, data any) (Letter, error) {
	html, err := t.Render(name, data)
	if err != nil {
		return Letter{}, err
	}
	var subject, body bytes.Buffer
	plain := t.texts[name]
	if plain == nil {
		return Letter{}, fault.New(fault.Internal, "%s is not a mail", name)
	}
	if err := plain.ExecuteTemplate(&subject, "subject", data); err != nil {
		return Letter{}, fault.Wrap(fault.Internal, err, "the subject of %s could not be drawn", name)
	}
	if err := plain.ExecuteTemplate(&body, "layout", data); err != nil {
		return Letter{}, fault.Wrap(fault.Internal, err, "the text of %s could not be drawn", name)
	}
	return Letter{
		Subject: strings.Join(strings.Fields(subject.String()), " "),
		Text:    strings.TrimSpace(body.String()) + "\n",
		HTML:    string(html),
	}, nil
}
