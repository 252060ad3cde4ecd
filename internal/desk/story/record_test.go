package story_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// told is a newsroom with a story of two public versions and a reader's report.
func told(t *testing.T) (r *desktest.Room, article string) {
	t.Helper()
	r = desktest.Open(t)
	r.Found()
	room := news.Newsroom{Clock: r.Clock}
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		c := news.Content{Lang: "en", Kind: news.Report, Headline: "Flat", Body: document.New("en", document.P("She lives at 4 Marlowe Row."))}
		a, err := room.Create(ctx, tx, news.Author{}, news.New{Content: c})
		if err != nil {
			return err
		}
		if _, err = room.Publish(ctx, tx, news.Order{Article: a.ID}); err != nil {
			return err
		}
		c.Body = document.New("en", document.P("She lives in town."))
		if _, err = room.Save(ctx, tx, news.Author{}, news.Change{Article: a.ID, Base: a.Working, Content: c}); err != nil {
			return err
		}
		if _, err = room.Publish(ctx, tx, news.Order{Article: a.ID, Class: news.Correct, Was: "4 Marlowe Row", Now: "in town"}); err != nil {
			return err
		}
		article = a.ID
		_, err = tx.AddReport(ctx, store.Report{ID: "rep1", Article: a.ID, Version: 1, Lang: "en", Wrong: "That is my address.", Contact: r.Secrets.Seal(store.ContactName("rep1"), "reader@pell.example")})
		return err
	})
	return r, article
}

func TestAReportIsReadAnsweredAndLinkedByEditorsAlone(t *testing.T) {
	r, _ := told(t)
	for _, role := range []staff.Role{staff.Contributor, staff.Reporter} {
		b := r.SignIn(r.Hire(string(role), role))
		for _, path := range []string{"/desk/reports", "/desk/reports/rep1"} {
			if a := b.Get(path); a.Status != 403 || strings.Contains(a.Body, "pell.example") {
				t.Errorf("%s at %s: %d", role, path, a.Status)
			}
		}
	}
	b := r.SignIn(r.Hire("dora", staff.Editor))
	if a := b.Get("/desk/reports"); !strings.Contains(a.Body, "That is my address.") || strings.Contains(a.Body, "reader@pell.example") {
		t.Error("the list lacks the report, or has the reader's address")
	}
	if a := b.Get("/desk/reports/rep1"); a.Find("a[href='mailto:reader@pell.example']").Length() != 1 {
		t.Errorf("%d: the editor can't answer", a.Status)
	}
	page := b.Get("/desk/reports/rep1")
	correction := page.Find("#credit option").First().AttrOr("value", "")
	if a := b.Send(page, "/desk/reports/rep1", "do", "credit", "correction", correction); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if got, err := r.Store.Report(t.Context(), "rep1"); err != nil || got.State != store.ReportCorrected || got.By.Name != "dora" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestOnlyAPublisherWhoProvedItTakesATextOut(t *testing.T) {
	r, article := told(t)
	path := "/desk/stories/" + article + "/versions"
	if a := r.SignIn(r.Hire("dora", staff.Editor)).Get(path); a.Status != 200 || a.Find("#redact").Length() != 0 {
		t.Errorf("%d: an editor is offered it", a.Status)
	}
	b := r.SignIn(r.Hire("pia", staff.Publisher))
	page := b.Get(path)
	r.Clock.Add(staff.ProofLasts + time.Minute)
	if a := b.Send(page, path, "version", "1", "ground", "privacy", "reason", "Her address."); !strings.HasPrefix(a.To(), "/desk/prove") {
		t.Fatalf("without a proof: %d %s", a.Status, a.To())
	}
	b = r.SignIn(r.Hire("pat", staff.Publisher))
	if a := b.Fill(path, path, "version", "1", "reason", ""); a.Status != 422 {
		t.Errorf("without a reason: %d", a.Status)
	}
	if a := b.Fill(path, path, "version", "1", "ground", "privacy", "reason", "Her address.", "quoted", "on"); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, at := range []string{path, "/desk/stories/" + article, "/desk/stories/" + article + "/revisions/1", "/desk/corrections"} {
		if a := b.Get(at); a.Status != 200 || strings.Contains(a.Body, "Marlowe") {
			t.Errorf("%s: %d, or the text is still there", at, a.Status)
		}
	}
	log, err := r.Store.AuditLog(t.Context(), store.AuditQuery{Limit: 20})
	if err != nil || log[0].Action != "article.redacted" || log[0].Detail["reason"] != "Her address." {
		t.Errorf("%+v %v", log, err)
	}
}

func TestAPreviewIsShownOnceAndEndedAtTheDesk(t *testing.T) {
	r, article := told(t)
	path := "/desk/stories/" + article + "/preview"
	b := r.SignIn(r.Hire("dora", staff.Editor))
	made := b.Fill(path, path, "label", "the lawyer", "days", "1")
	link := made.Find("a[href*='/preview/']").First().AttrOr("href", "")
	token := link[strings.LastIndex(link, "/")+1:]
	if _, _, c, err := r.Store.PreviewText(t.Context(), token); err != nil || c.Headline != "Flat" {
		t.Fatalf("%q opens %q, %v", link, c.Headline, err)
	}
	list := b.Get(path)
	if strings.Contains(list.Body, token) || !strings.Contains(list.Body, "the lawyer") {
		t.Error("the link is shown again, or not listed")
	}
	end := list.Find("form[action$='/end']").AttrOr("action", "")
	if a := b.Send(list, end); a.Status != 303 {
		t.Fatalf("%d", a.Status)
	}
	if _, _, _, err := r.Store.PreviewText(t.Context(), token); err == nil {
		t.Error("the link works still")
	}
	if a := b.Fill(path, path, "days", "400"); a.Status != 422 {
		t.Errorf("a link of 400 days: %d", a.Status)
	}
}
