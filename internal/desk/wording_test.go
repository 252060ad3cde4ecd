package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
)

func TestTheNewsroomPutsAMailInItsOwnWords(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("pub", staff.Publisher))
	const page = "/desk/settings/wording/gift?lang=en"
	list := b.Get("/desk/settings/wording")
	if list.Find(`a[href="`+page+`"]`).Length() != 1 {
		t.Fatalf("the list:\n%s", list.Find("main").Text())
	}
	if strings.Contains(list.Body, "wording/staff") {
		t.Error("one-time links of the staff could be worded anew")
	}
	a := b.Fill(page, page, "mail.gift.subject", "Hurrah: {name}")
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "{amount}") || !strings.Contains(a.Find(`textarea[name="mail.gift.subject"]`).Text(), "Hurrah: {name}") {
		t.Errorf("a place that is not filled: %d\n%s", a.Status, a.Find(".errors").Text())
	}
	if a := b.Fill(page, page, "mail.gift.subject", "Hurrah: {amount}"); a.To() != page+"&done=saved" {
		t.Fatalf("%d %s", a.Status, a.Find(".errors").Text())
	}
	if got := b.Get(page); !strings.Contains(got.Find("main").Text(), "Hurrah: €25") && !strings.Contains(got.Find("main").Text(), "Hurrah: $25") {
		t.Errorf("the preview:\n%s", got.Find("main").Text())
	}
	preview := b.Get("/desk/settings/wording/gift/preview?lang=en")
	if csp := preview.Header.Get("Content-Security-Policy"); preview.Status != http.StatusOK || !strings.Contains(csp, "sandbox") {
		t.Errorf("the preview: %d %s", preview.Status, csp)
	}
	if own, err := r.Store.Wording(t.Context(), "en"); err != nil || len(own) != 1 || own["mail.gift.subject"] != "Hurrah: {amount}" {
		t.Errorf("kept: %v %v", own, err)
	}
	b.Fill(page, page, "mail.gift.subject", "")
	if own, err := r.Store.Wording(t.Context(), "en"); err != nil || len(own) != 0 {
		t.Errorf("after it was emptied: %v %v", own, err)
	}
}
