package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestATokenIsMadeShownOnceAndRevoked(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	ada := r.Hire("ada", staff.Reporter)
	b := r.SignIn(ada)
	form := b.Get("/desk/account/tokens/new")
	if form.Find("[name=scope-staff], [name=scope-donors-read], [name=scope-settings]").Length() != 0 || form.Find("[name=scope-stories-read]").Length() != 1 {
		t.Errorf("a reporter is offered more than they have, or less: %s", form.Find("main").Text())
	}
	bad := b.Send(form, "/desk/account/tokens/new", "name", "", "scope-staff", "on")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find(".errors li").Length() != 2 {
		t.Errorf("%d %s", bad.Status, bad.Find("main").Text())
	}
	made := b.Send(bad, "/desk/account/tokens/new", "name", "Newsletter", "scope-stories-read", "on", "days", "30")
	secret := made.Find("#secret + p + dl bdi").Text()
	if made.Status != http.StatusOK || !strings.HasPrefix(secret, store.TokenPrefix) {
		t.Fatalf("%d %s", made.Status, made.Find("main").Text())
	}
	p := &desktest.Program{Room: r, Secret: secret}
	if got := p.Do("GET", "/me", nil); got.Status != http.StatusOK || got.Text("name") != "Newsletter" || !strings.Contains(string(got.Body), `"scopes":["stories:read"]`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	list := b.Get("/desk/account/tokens")
	if strings.Contains(list.Body, secret) || !strings.Contains(list.Body, "Newsletter") || strings.Contains(list.Body, "Never") {
		t.Errorf("the list: %s", list.Find("main").Text())
	}
	mails, err := r.Store.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 1 || !strings.Contains(mails[0].Text, "Newsletter") || strings.Contains(mails[0].Text, secret) {
		t.Errorf("%+v %v", mails, err)
	}
	all, err := r.Store.Tokens(t.Context(), ada.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	dora := r.SignIn(r.Hire("dora", staff.Owner))
	if got := dora.Post("/desk/account/tokens/"+all[0].ID+"/revoke", map[string][]string{"nonce": {dora.Get("/desk").Find(".who input[name=nonce]").AttrOr("value", "")}}); got.Status != http.StatusNotFound {
		t.Errorf("somebody else's token: %d", got.Status)
	}
	if a := b.Send(list, "/desk/account/tokens/"+all[0].ID+"/revoke"); a.To() != "/desk/account/tokens?done=token_revoked" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if got := p.Do("GET", "/me", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got.Status)
	}
	if log := r.Log(); !strings.Contains(log, "token.revoked") || !strings.Contains(log, "token.made") {
		t.Error(log)
	}
	r.Clock.Add(staff.ProofLasts + time.Second)
	if a := b.Get("/desk/account/tokens/new"); !strings.HasPrefix(a.To(), "/desk/prove") {
		t.Errorf("a token is made without a proof: %d", a.Status)
	}
}

func TestAWebhookIsMadeTestedTurnedAndDeleted(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	b := r.SignIn(r.Hire("tess", staff.Publisher))
	bad := b.Fill("/desk/webhooks/new", "/desk/webhooks/new", "url", "http://localhost/x")
	if bad.Status != http.StatusUnprocessableEntity || bad.Find("[name=url]").AttrOr("value", "") != "http://localhost/x" {
		t.Errorf("an address of this machine: %d", bad.Status)
	}
	made := b.Send(bad, "/desk/webhooks/new", "url", "https://hooks.example/in", "event-story-withdrawn", "on")
	if made.Status != http.StatusOK || !strings.Contains(made.Body, "whsec_") {
		t.Fatalf("%d %s", made.Status, made.Find("main").Text())
	}
	all, err := r.Store.Webhooks(t.Context())
	if err != nil || len(all) != 1 || strings.Join(all[0].Events, " ") != "story.published story.withdrawn" {
		t.Fatal(all, err)
	}
	path := "/desk/webhooks/" + all[0].ID
	if a := b.Fill(path, path+"/test"); a.To() != path+"?done=hook_test" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	page := b.Get(path)
	if !strings.Contains(page.Body, ">test<") || strings.Contains(page.Body, "whsec_") {
		t.Errorf("the log: %s", page.Find("main").Text())
	}
	log, err := r.Store.WebhookLog(t.Context(), all[0].ID, 10, 0)
	if err != nil || len(log) != 1 {
		t.Fatal(log, err)
	}
	one := b.Get(path + "/deliveries/" + log[0].ID)
	if one.Status != http.StatusOK || !strings.Contains(one.Body, log[0].Event.MessageID()) {
		t.Errorf("%d %s", one.Status, one.Find("main").Text())
	}
	if a := b.Send(one, path+"/deliveries/"+log[0].ID+"/again"); a.To() != path+"?done=hook_again" {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if a := b.Send(page, path+"/secret"); a.Status != http.StatusOK || !strings.Contains(a.Body, "whsec_") {
		t.Errorf("%d %s", a.Status, a.Find("main").Text())
	}
	if a := b.Send(page, path+"/state"); a.To() != path+"?done=saved" || b.Get(path).Find(`input[name=state][value=on]`).Length() != 1 {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if a := b.Fill(path+"/edit", path+"/edit", "url", "https://hooks.example/there"); a.To() != path+"?done=saved" || !strings.Contains(b.Get(path).Body, "hooks.example/there") {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if a := b.Send(page, path+"/delete"); a.To() != "/desk/webhooks?done=hook_deleted" || b.Get(path).Status != http.StatusNotFound {
		t.Errorf("%d %s", a.Status, a.To())
	}
	if log := r.Log(); strings.Contains(log, "whsec_") || !strings.Contains(log, "webhook.secret") || !strings.Contains(log, "webhook.deleted") {
		t.Error(log)
	}
}
