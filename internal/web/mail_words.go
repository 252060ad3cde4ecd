package web

import (
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"masthead.dev/masthead/internal/money"
)

// MailKinds lists the mails that there are, such as "mail/gift".
func MailKinds() []string {
	var out []string
	for name := range kinds {
		if strings.HasPrefix(name, "mail/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// sentence finds the keys that a template asks its locale for, by T or H.
var sentence = regexp.MustCompile(`\.[TH] "([a-z0-9._]+)"`)

// MailKeys lists the keys of the sentences in a mail, in the order in which they
// stand in its text and then in its HTML.
func MailKeys(name string) []string {
	var out []string
	for _, file := range []string{"templates/" + name + ".txt", "templates/" + name + ".html"} {
		b, err := fs.ReadFile(templateFiles, file)
		if err != nil {
			continue
		}
		for _, m := range sentence.FindAllStringSubmatch(string(b), -1) {
			if !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// MailSample makes up what a mail could say, for a preview: the fields of its
// type are filled by their kinds and names.
func MailSample(name string, frame MailFrame, currency string, now time.Time) any {
	v := reflect.New(reflect.TypeOf(kinds[name].data)).Elem()
	s := sampler{frame, money.Amount{Currency: currency, Minor: 2500}, now}
	s.fill(v, "")
	return v.Interface()
}

type sampler struct {
	frame  MailFrame
	amount money.Amount
	now    time.Time
}

// sampleTexts are what fields of these names hold in a preview.
var sampleTexts = map[string]string{
	"Name": "Rowan Pell", "Every": "month", "WasEvery": "year", "Kind": "signin", "Receipt": "2026-000123", "Reference": "RF71 4801 7352 9",
	"Method": "Visa 4242", "Email": "rowan@mail.example", "IBAN": "DE02 1203 0000 0000 2020 51", "Number": "2026-000123",
}

func (s sampler) fill(v reflect.Value, field string) {
	switch v.Type() {
	case reflect.TypeFor[MailFrame]():
		v.Set(reflect.ValueOf(s.frame))
		return
	case reflect.TypeFor[money.Amount]():
		v.Set(reflect.ValueOf(s.amount))
		return
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(s.now))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s.text(field))
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Slice:
		one := reflect.New(v.Type().Elem()).Elem()
		s.fill(one, field)
		v.Set(reflect.Append(v, one))
	case reflect.Pointer:
		one := reflect.New(v.Type().Elem())
		s.fill(one.Elem(), field)
		v.Set(one)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.fill(v.Field(i), v.Type().Field(i).Name)
			}
		}
	}
}

// text is a text for a field: an address for links, a known example, or its own
// name between quotation marks.
func (s sampler) text(field string) string {
	if t, ok := sampleTexts[field]; ok {
		return t
	}
	for _, link := range []string{"Link", "Href", "URL", "Cancel", "Pause", "Resume", "Undo", "My", "Page", "Stop"} {
		if strings.Contains(field, link) {
			return strings.TrimSuffix(s.frame.Outlet.URL, "/") + "/my/link/example"
		}
	}
	if field == "For" {
		return s.frame.Outlet.Name
	}
	return "“" + field + "”"
}
