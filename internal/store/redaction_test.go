package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/retention"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

func text(words string) func(c *news.Content) {
	return func(c *news.Content) { c.Body = document.New("en", document.P(words)) }
}

func TestATextThatWasTakenOutIsNowhereAndTheChainStillHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Flat", "She lives at 4 Marlowe Row."))
		r.change(p.Article, news.Order{Class: news.Correct, Was: "4 Marlowe Row", Now: "She lives in town."}, text("She lives in town."))
		r.change(p.Article, news.Order{Class: news.Update, Note: "More."}, text("She lives in town still."))
		red := news.Redaction{Article: p.Article, Version: 1, Ground: news.GroundPrivacy, Reason: "Her address.", Quoted: true, By: news.Author{ID: "a", Name: "Ada"}, At: r.clock.Now()}
		if err := r.try(func(tx *store.Tx) error { return tx.Redact(ctx, news.Redaction{Article: p.Article, Version: 1}) }); !errors.As(err, &fault.Fields{}) {
			t.Fatalf("without a ground and a reason: %v", err)
		}
		r.do(func(tx *store.Tx) error { return tx.Redact(ctx, red) })
		r.do(func(tx *store.Tx) error { return tx.Redact(ctx, red) }) // twice does no harm
		if dump := storetest.Dump(t, s); strings.Contains(dump, "Marlowe") {
			t.Errorf("it is still there: %q", storetest.Lines(dump, "Marlowe"))
		}
		all, err := s.Revisions(ctx, p.Article)
		if err != nil || len(all) != 3 || all[0].Redacted == "" || news.VerifyRevisions(all) != 0 {
			t.Fatalf("the chain is broken at %d: %v", news.VerifyRevisions(all), err)
		}
		forged := append([]news.Revision{}, all...)
		forged[0].By.Name = "Somebody else"
		if news.VerifyRevisions(forged) != 1 {
			t.Error("what stays of it can be changed unseen")
		}
		vers, err := s.Versions(ctx, p.Article)
		if err != nil || len(vers) != 3 || vers[2].Redacted != all[0].Redacted || vers[2].Ground != news.GroundPrivacy || vers[2].Class != news.First || vers[2].At.IsZero() {
			t.Errorf("%+v %v", vers, err)
		}
		for what, version := range map[string]int{"what readers see": 3, "no version": 9} {
			red.Version = version
			if err := r.try(func(tx *store.Tx) error { return tx.Redact(ctx, red) }); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		r.do(func(tx *store.Tx) error { return r.Withdraw(ctx, tx, p.Article, "A court asked for it.") })
		red.Version = 3
		r.do(func(tx *store.Tx) error { return tx.Redact(ctx, red) })
		if dump := storetest.Dump(t, s); strings.Contains(dump, "town still") {
			t.Error("the text of a withdrawn article can't be taken out")
		}
	})
}

func TestAReportLeadsToItsCorrectionAndItsAddressIsErasedInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p, other := r.published(report("en", "Vote", "8 to 1")), r.published(report("en", "Other", "x"))
		in := store.Report{ID: "r1", Article: p.Article, Version: 1, Lang: "en", Wrong: "It was 7.", Contact: "sealed"}
		for _, fresh := range []bool{true, false} {
			r.do(func(tx *store.Tx) error {
				added, err := tx.AddReport(ctx, in)
				if added != fresh {
					t.Errorf("sent again it is new: %v", added)
				}
				return err
			})
		}
		came := r.clock.Now()
		r.clock.Add(5 * time.Hour)
		if err := r.try(func(tx *store.Tx) error {
			_, err := r.Publish(ctx, tx, news.Order{Article: other.Article, Class: news.Correct, Was: "a", Now: "b", Report: "r1"})
			return err
		}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a report about another story: %v", err)
		}
		r.change(p.Article, news.Order{Class: news.Correct, Was: "8 to 1", Now: "7 to 2", Report: "r1", By: news.Author{ID: "a", Name: "Ada"}}, text("7 to 2"))
		got, err := s.Report(ctx, "r1")
		if err != nil || got.State != store.ReportCorrected || got.Correction == "" || got.By.Name != "Ada" || got.Headline != "Vote" {
			t.Errorf("%+v %v", got, err)
		}
		last, err := s.LastCorrections(ctx, 5)
		if err != nil || len(last) != 1 || !last[0].FoundAt.Equal(came) || last[0].Report != "r1" {
			t.Errorf("%+v %v", last, err)
		}
		years, err := s.CorrectionMetrics(ctx, time.UTC, 3)
		if err != nil || len(years) != 1 || years[0].Articles != 2 || years[0].Corrections != 1 || years[0].Per100() != 500 || years[0].Median != 5*time.Hour {
			t.Errorf("%+v %v", years, err)
		}
		if err := r.try(func(tx *store.Tx) error {
			return tx.SettleReport(ctx, store.System, "r1", store.ReportClosed, "")
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a report that led to a correction was closed: %v", err)
		}
		retain := func() {
			if err := s.Retain(ctx); err != nil {
				t.Error(err)
			}
		}
		r.clock.Add(time.Duration(retention.Of(retention.Contacts).Default)*24*time.Hour - 6*time.Hour)
		retain()
		if got, _ := s.Report(ctx, "r1"); got.Contact == "" {
			t.Error("the address went too early")
		}
		r.clock.Add(2 * time.Hour)
		retain()
		if got, _ := s.Report(ctx, "r1"); got.Contact != "" || got.Wrong == "" {
			t.Errorf("the address is still there, or the report is gone: %+v", got)
		}
	})
}

func TestALateReportIsCreditedWithoutMakingTheErrorOlder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Vote", "8 to 1"))
		r.change(p.Article, news.Order{Class: news.Correct, Was: "8 to 1", Now: "7 to 2"}, text("7 to 2"))
		r.clock.Add(time.Hour)
		r.do(func(tx *store.Tx) error {
			_, err := tx.AddReport(ctx, store.Report{ID: "r2", Article: p.Article, Lang: "en", Wrong: "It was 7."})
			return err
		})
		last, err := s.LastCorrections(ctx, 1)
		if err != nil || len(last) != 1 {
			t.Fatal(err)
		}
		r.do(func(tx *store.Tx) error { return tx.CreditReport(ctx, store.Actor{Name: "Ada"}, "r2", last[0].ID) })
		last, err = s.LastCorrections(ctx, 1)
		if err != nil || last[0].Report != "r2" || !last[0].FoundAt.IsZero() {
			t.Errorf("%+v %v", last, err)
		}
		r.change(p.Article, news.Order{Class: news.Correct, Was: "7 to 2", Now: "6 to 3"}, text("6 to 3"))
		if last, err = s.LastCorrections(ctx, 1); err != nil {
			t.Fatal(err)
		}
		err = r.try(func(tx *store.Tx) error { return tx.CreditReport(ctx, store.Actor{Name: "Ada"}, "r2", last[0].ID) })
		if got, _ := s.Report(ctx, "r2"); !fault.Is(err, fault.Conflict) || got.Correction == last[0].ID {
			t.Errorf("it is credited twice: %+v %v", got, err)
		}
	})
}

func TestAPreviewOpensOneStoryUntilItsDayOrUntilTheDeskEndsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		var a news.Article
		r.do(func(tx *store.Tx) (err error) {
			a, err = r.Create(ctx, tx, news.Author{}, news.New{Content: report("en", "Merger", "Not yet.")})
			return err
		})
		token := func() (token string) {
			r.do(func(tx *store.Tx) (err error) {
				token, err = tx.MakePreview(ctx, store.System, a.ID, "the lawyer", 3)
				return err
			})
			return token
		}
		opens := func(token string, want fault.Kind) {
			t.Helper()
			_, _, c, err := s.PreviewText(ctx, token)
			if want == "" && (err != nil || c.Headline != "Merger") || want != "" && !fault.Is(err, want) {
				t.Errorf("%+v %v, want %v", c.Headline, err, want)
			}
		}
		one, two := token(), token()
		opens(one, "")
		opens("guess", fault.NotFound)
		if strings.Contains(storetest.Dump(t, s), one) {
			t.Error("the token is kept")
		}
		list, err := s.Previews(ctx, a.ID)
		if err != nil || len(list) != 2 {
			t.Fatal(err)
		}
		for _, p := range list {
			r.do(func(tx *store.Tx) error { return tx.EndPreview(ctx, store.System, "another story", p.ID) })
		}
		opens(one, "")
		for _, p := range list[:1] {
			r.do(func(tx *store.Tx) error { return tx.EndPreview(ctx, store.System, a.ID, p.ID) })
		}
		ended := 0
		for _, tk := range []string{one, two} {
			if _, _, _, err := s.PreviewText(ctx, tk); fault.Is(err, fault.Gone) {
				ended++
			}
		}
		if ended != 1 {
			t.Errorf("%d links ended, not one", ended)
		}
		three := token()
		r.clock.Add(3 * 24 * time.Hour)
		opens(three, fault.Gone)
		four := token()
		r.do(func(tx *store.Tx) error { _, err := r.Move(ctx, tx, a.ID, news.Spiked); return err })
		opens(four, fault.Gone)
		p := r.published(report("en", "Merger", "It is out."))
		a.ID = p.Article
		five := token()
		opens(five, "")
		r.do(func(tx *store.Tx) error { return r.Withdraw(ctx, tx, a.ID, "A court asked for it.") })
		opens(five, fault.Gone)
	})
}

func TestNothingButARedactionTakesATextOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRoom(t, s)
		ctx := t.Context()
		p := r.published(report("en", "Flat", "4 Marlowe Row."))
		r.change(p.Article, news.Order{Class: news.Update, Note: "More."}, text("In town."))
		r.do(func(tx *store.Tx) error {
			return tx.Redact(ctx, news.Redaction{Article: p.Article, Version: 1, Ground: news.GroundLaw, Reason: "x", At: r.clock.Now()})
		})
		for _, q := range []string{"UPDATE revision SET content = '{}' WHERE number = 2", "UPDATE revision SET note = 'x' WHERE number = 1",
			"UPDATE redaction SET content_hash = ''", "DELETE FROM redaction", "DELETE FROM revision WHERE number = 1"} {
			if err := r.try(func(tx *store.Tx) error { _, err := db.Exec(ctx, tx, q); return err }); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}
