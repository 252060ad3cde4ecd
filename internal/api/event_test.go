package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outbox"
	"masthead.dev/masthead/internal/store"
)

// listen makes a webhook that asks for everything, and returns what it is to be
// told since, oldest first.
func (r *room) listen() func() []outbox.Event {
	r.T.Helper()
	w := store.Webhook{ID: "hook", URL: "https://hooks.example/", State: store.WebhookOn}
	for _, k := range outbox.Kinds() {
		w.Events = append(w.Events, string(k))
	}
	r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.PutWebhook(ctx, desktest.Tester, w) })
	seen := 0
	return func() (out []outbox.Event) {
		r.T.Helper()
		list, err := r.Store.WebhookLog(r.T.Context(), w.ID, 100, 0)
		if err != nil {
			r.T.Fatal(err)
		}
		r.Clock.Add(time.Second) // so that what comes next is newer
		for _, d := range list[:len(list)-seen] {
			out = append([]outbox.Event{d.Event}, out...)
		}
		seen = len(list)
		return out
	}
}

func kinds(list []outbox.Event) string {
	var out []string
	for _, e := range list {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

func TestOtherProgramsAreToldWhatReadersSeeAndNothingBefore(t *testing.T) {
	r := open(t)
	events := r.listen()
	id, rev := r.begin("Ferry back")
	r.write.must("POST", "/stories/"+id+"/steps/submit", map[string]any{"revision": rev})
	r.edit.must("POST", "/stories/"+id+"/steps/approve", map[string]any{"revision": rev})
	at := r.Clock.Now().Add(time.Hour)
	r.publish.must("POST", "/stories/"+id+"/steps/schedule", map[string]any{"revision": rev, "at": at.Format(time.RFC3339), "embargoed": true})
	if got := events(); len(got) != 0 {
		t.Fatalf("before it is out: %s", kinds(got))
	}
	r.Clock.Add(time.Hour)
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := news.Newsroom{Clock: r.Clock}.Due(ctx, tx, id, at)
		return err
	})
	got := events()
	if kinds(got) != "story.published" || got[0].Data["headline"] != "Ferry back" || got[0].Data["path"] == "" || got[0].Data["class"] != "first" {
		t.Fatalf("%+v", got)
	}
	for n, c := range []struct{ text, class, was, is, note, want string }{
		{"The first boat left at seven.", "correction", "It left at six.", "It left at seven.", "", "correction.published"},
		{"The first boat left at seven. The next one followed.", "update", "", "", "A second boat left.", "story.updated"},
	} {
		now := r.publish.must("GET", "/stories/"+id, nil).Text("revision")
		now = r.publish.must("PUT", "/stories/"+id+"/text", map[string]any{"base": now, "markdown": c.text}).Text("revision")
		r.edit.must("POST", "/stories/"+id+"/steps/change", map[string]any{"revision": now, "class": c.class, "was": c.was, "is": c.is, "note": c.note})
		got = events()
		if kinds(got) != c.want || got[0].Data["version"] != float64(n+2) || c.was != "" && (got[0].Data["was"] != c.was || got[0].Data["now"] != c.is) {
			t.Fatalf("%+v", got)
		}
	}
	now := r.publish.must("GET", "/stories/"+id, nil).Text("revision")
	r.publish.must("POST", "/stories/"+id+"/steps/retract", map[string]any{"revision": now, "note": "It was made up.", "reason": "x"})
	if got = events(); kinds(got) != "story.retracted" || got[0].Data["note"] != "It was made up." {
		t.Fatalf("%+v", got)
	}
	r.publish.must("POST", "/stories/"+id+"/steps/withdraw", map[string]any{"revision": now, "note": "A court asked for it.", "reason": "Order 7", "legal": true})
	if got = events(); len(got) != 0 {
		t.Fatalf("before somebody else has confirmed it: %+v", got)
	}
	r.edit.must("POST", "/stories/"+id+"/steps/confirm", map[string]any{"revision": now, "reason": "x"})
	got = events()
	if kinds(got) != "story.withdrawn" || got[0].Data["legal"] != true || got[0].Data["headline"] != nil || !strings.HasPrefix(got[0].Data["path"].(string), "/2026/11/") {
		t.Fatalf("%+v", got)
	}
	all, err := json.Marshal(got)
	if err != nil || strings.Contains(string(all), "Order 7") || strings.Contains(string(all), "ada") {
		t.Errorf("%s %v", all, err)
	}
}

func TestOtherProgramsAreToldOfCampaignsButOfNoSum(t *testing.T) {
	r := open(t)
	events := r.listen()
	var id string
	now := r.Clock.Now()
	r.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		c := fund.Campaign{Slug: "boat", Currency: "EUR", State: fund.CampaignDraft, Counting: fund.ReceivedOnly, Title: map[string]string{"en": "A boat"}, StartsAt: now, EndsAt: now.Add(240 * time.Hour)}
		id, err = tx.SaveCampaign(ctx, desktest.Tester, c, store.NewGoal{Minor: 500_00}, now)
		return err
	})
	for _, act := range []fund.CampaignAct{fund.ActStart, fund.ActPause, fund.ActResume, fund.ActEnd} {
		r.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ActCampaign(ctx, desktest.Tester, id, act, time.Time{}, "", now)
			return err
		})
		r.Clock.Add(time.Second)
	}
	got := events()
	if kinds(got) != "campaign.started campaign.paused campaign.started campaign.ended" {
		t.Fatalf("%s", kinds(got))
	}
	for key := range got[0].Data {
		if !strings.Contains(" id path slug title state currency goal_minor ends_at ", " "+key+" ") {
			t.Errorf("a campaign's event has %s", key)
		}
	}
}
