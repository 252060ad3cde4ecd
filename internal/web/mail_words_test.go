package web_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/web"
)

func TestEveryMailHasSentencesAndAPreview(t *testing.T) {
	all, err := web.NewTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Languages() {
		frame := web.MailFrame{Locale: locale.For(lang), Outlet: web.Outlet{Name: "The Lantern", URL: "https://lantern.example"}, Zone: time.UTC}
		for _, name := range web.MailKinds() {
			if len(web.MailKeys(name)) == 0 {
				t.Errorf("%s: no sentences were found", name)
			}
			for _, key := range web.MailKeys(name) {
				if !frame.Has(key) {
					t.Errorf("%s: %s is no key", name, key)
				}
			}
			letter, err := all.Mail(name, web.MailSample(name, frame, "EUR", time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if letter.Subject == "" || letter.Text == "" || strings.Contains(letter.Text, "⟨") || strings.Contains(letter.HTML, "⟨") {
				t.Errorf("%s in %s: %+v", name, lang, letter)
			}
		}
	}
}
