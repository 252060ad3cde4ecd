package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/staff"
)

func TestTheNewsroomPutsAMailInItsOwnWords(t *testing.T) {
	r := open(t)
	r.found()
	b := r.signIn(r.hire("pub", staff.Publisher))
	const page = "/desk/settings/wording/gift?lang=en"
	list := b.get("/desk/settings/wording")
	if list.Find(`a[href="`+page+`"]`).Length() != 1 {
		t.Fatalf("the list:\n%s", list.Find("main").Text())
	}
	if strings.Contains(list.body, "wording/staff") {
		t.Error("one-time links of the staff could be worded anew")
	}
	a := b.fill(page, page, "mail.gift.subject", "Hurrah: {name}")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.Find(".errors").Text(), "{amount}") || !strings.Contains(a.Find(`textarea[name="mail.gift.subject"]`).Text(), "Hurrah: {name}") {
		t.Errorf("a place that is not filled: %d\n%s", a.status, a.Find(".errors").Text())
	}
	if a := b.fill(page, page, "mail.gift.subject", "Hurrah: {amount}"); a.to() != page+"&done=saved" {
		t.Fatalf("%d %s", a.status, a.Find(".errors").Text())
	}
	if got := b.get(page); !strings.Contains(got.Find("main").Text(), "Hurrah: €25") && !strings.Contains(got.Find("main").Text(), "Hurrah: $25") {
		t.Errorf("the preview:\n%s", got.Find("main").Text())
	}
	preview := b.get("/desk/settings/wording/gift/preview?lang=en")
	if csp := preview.header.Get("Content-Security-Policy"); preview.status != http.StatusOK || !strings.Contains(csp, "sandbox") {
		t.Errorf("the preview: %d %s", preview.status, csp)
	}
	if own, err := r.store.Wording(t.Context(), "en"); err != nil || len(own) != 1 || own["mail.gift.subject"] != "Hurrah: {amount}" {
		t.Errorf("kept: %v %v", own, err)
	}
	b.fill(page, page, "mail.gift.subject", "")
	if own, err := r.store.Wording(t.Context(), "en"); err != nil || len(own) != 0 {
		t.Errorf("after it was emptied: %v %v", own, err)
	}
}
