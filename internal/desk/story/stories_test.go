package story_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestAReporterOfOneSectionSeesNoForeignDrafts(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	p := r.Hire("ansel")
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Grant(ctx, desktest.Tester, p.ID, staff.Grant{Role: staff.Reporter, Section: "elsewhere"})
	})
	if a := r.SignIn(p).Get("/desk/stories"); a.Status != http.StatusOK || strings.Contains(a.Body, "Bus ") {
		t.Errorf("%d: a foreign draft is listed", a.Status)
	}
}

func TestWhatAnImportLeftIsMarkedAsDone(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	r.FillAll()
	b := r.SignIn(r.Hire("dora", staff.Editor))
	if a := b.Fill("/desk/imports", "/desk/imports/done"); a.To() != "/desk/imports?done=task" {
		t.Fatalf("%d", a.Status)
	}
	if n, err := r.Store.CountNeeds(t.Context()); err != nil || n != 0 {
		t.Errorf("%d left, %v", n, err)
	}
}
