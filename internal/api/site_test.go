package api_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

func TestTheSiteIsChangedByProgramsAndNothingIsOverwritten(t *testing.T) {
	r := open(t)
	for _, c := range []struct {
		p                  program
		list, name, change string
		add, put           map[string]any
	}{
		{r.publish, "/sections", "sections", "Harbours", map[string]any{"name": map[string]any{"en": "Harbour"}}, map[string]any{"name": map[string]any{"en": "Harbours"}}},
		{r.edit, "/topics", "topics", "The ferry", map[string]any{"name": map[string]any{"en": "Ferry"}}, map[string]any{"name": map[string]any{"en": "The ferry"}}},
		{r.edit, "/people", "people", "Ada M. Lin", map[string]any{"name": "Ada Lin"}, map[string]any{"name": "Ada M. Lin"}},
	} {
		made := c.p.must("POST", c.list, c.add)
		path := c.list + "/" + made.Text("id")
		if made.Status != http.StatusCreated || made.Header.Get("Location") != api.Root+path || made.Text("slug") == "" {
			t.Errorf("%s: %d %s", c.list, made.Status, made.Body)
		}
		tag := c.p.must("GET", path, nil).Header.Get("ETag")
		if got := c.p.do("PUT", path, c.put); got.Status != http.StatusPreconditionRequired {
			t.Errorf("%s without a base: %d", path, got.Status)
		}
		c.p.must("PUT", path, c.put, "If-Match", tag)
		if got := c.p.do("PUT", path, c.add, "If-Match", tag); got.Status != http.StatusPreconditionFailed || !strings.Contains(string(got.Body), c.change) {
			t.Errorf("%s with an old base: %d %s", path, got.Status, got.Body)
		}
		if got := c.p.must("GET", c.list, nil); !strings.Contains(string(got.Body), c.change) {
			t.Errorf("%s", got.Body)
		}
		if got := r.write.do("POST", c.list, c.add); got.Status != http.StatusForbidden {
			t.Errorf("a reporter adds to %s: %d", c.list, got.Status)
		}
		if got := c.p.do("PUT", path, map[string]any{"name": c.put["name"], "slug": "Not A Slug"}, "If-Match", "*"); got.Status != http.StatusUnprocessableEntity || got.Text("fields", "slug") == "" {
			t.Errorf("a bad address: %d %s", got.Status, got.Body)
		}
	}
}

func TestASectionWithStoriesEndsOnlyInAnother(t *testing.T) {
	r := open(t)
	r.begin("Ferry")
	other := r.publish.must("POST", "/sections", map[string]any{"name": map[string]any{"en": "Harbour"}}).Text("id")
	if got := r.publish.do("POST", "/sections/"+r.section+"/end", map[string]any{}); got.Status < 400 {
		t.Errorf("a section with a story is deleted: %d", got.Status)
	}
	r.publish.must("POST", "/sections/"+r.section+"/end", map[string]any{"into": other})
	if got := r.publish.must("GET", "/sections", nil); strings.Contains(string(got.Body), r.section) {
		t.Errorf("%s", got.Body)
	}
}

func TestTheFrontIsArrangedPublishedAndUndone(t *testing.T) {
	r := open(t)
	events := r.listen()
	id, _ := r.live("Ferry back")
	events()
	seen := r.edit.must("GET", "/front/en", nil)
	if got := r.edit.do("PUT", "/front/en/draft", map[string]any{"places": map[string]any{"attic": map[string]any{"story": id}}}, "If-Match", seen.Header.Get("ETag")); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a place that is not there: %d %s", got.Status, got.Body)
	}
	draft := r.edit.must("PUT", "/front/en/draft", map[string]any{"places": map[string]any{"lead": map[string]any{"story": id, "headline": "It is back"}}}, "If-Match", seen.Header.Get("ETag"))
	if draft.Text("draft", "lead", "headline") != "It is back" || draft.JSON("begun") != true || draft.Text("live", "lead", "story") != "" {
		t.Fatalf("%s", draft.Body)
	}
	if got := r.edit.do("POST", "/front/en/publish", nil, "If-Match", seen.Header.Get("ETag")); got.Status != http.StatusPreconditionFailed {
		t.Errorf("an old base: %d", got.Status)
	}
	out := r.edit.must("POST", "/front/en/publish", nil, "If-Match", draft.Header.Get("ETag"))
	if out.Text("live", "lead", "story") != id {
		t.Errorf("%s", out.Body)
	}
	r.edit.must("POST", "/front/en/undo", nil, "If-Match", out.Header.Get("ETag"))
	if got := events(); kinds(got) != "front.published front.published" || got[0].Data["path"] != "/" {
		t.Errorf("%+v", got)
	}
	if got := r.edit.do("GET", "/front/xx", nil); got.Status != http.StatusNotFound {
		t.Errorf("%d", got.Status)
	}
}

func TestNavigationRedirectsAndSettingsAreChanged(t *testing.T) {
	r := open(t)
	nav := r.publish.must("GET", "/navigation", nil)
	r.publish.must("PUT", "/navigation", map[string]any{"entries": []any{map[string]any{"section": r.section}, map[string]any{"give": true}}}, "If-Match", nav.Header.Get("ETag"))
	if got := r.publish.do("PUT", "/navigation", map[string]any{"entries": []any{}}, "If-Match", nav.Header.Get("ETag")); got.Status != http.StatusPreconditionFailed {
		t.Errorf("an old navigation: %d %s", got.Status, got.Body)
	}
	r.publish.must("POST", "/redirects", map[string]any{"from": "/old/ferry", "to": "https://example.org/ferry"})
	if got := r.publish.must("GET", "/redirects?q=ferry", nil); !strings.Contains(string(got.Body), `"to":"https://example.org/ferry"`) {
		t.Errorf("%s", got.Body)
	}
	if got := r.publish.do("POST", "/redirects", map[string]any{"from": "/old/x", "to": "javascript:alert(1)"}); got.Status != http.StatusUnprocessableEntity || got.Text("fields", "to") == "" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	r.publish.must("POST", "/redirects/drop", map[string]any{"from": "/old/ferry"})
	set := r.publish.must("GET", "/settings", nil)
	got := r.publish.must("PATCH", "/settings", map[string]any{"short_name": "the Lantern"}, "If-Match", set.Header.Get("ETag"))
	if got.Text("short_name") != "the Lantern" || got.Text("name") != "The Lantern" {
		t.Errorf("%s", got.Body)
	}
	if got := r.publish.do("PATCH", "/settings", map[string]any{"name": ""}, "If-Match", "*"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a newsroom without a name: %d", got.Status)
	}
}

func TestAPictureIsBroughtInAndDescribed(t *testing.T) {
	r := open(t)
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	send := func() (string, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", "ferry.png")
		if err == nil {
			_, err = part.Write(file.Bytes())
		}
		for k, v := range map[string]string{"credit": "Photo: Ada", "alt": "A ferry", "lang": "en"} {
			if err == nil {
				err = form.WriteField(k, v)
			}
		}
		if err != nil || form.Close() != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest("POST", r.Server.URL+api.Root+"/media", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.write.Secret)
		req.Header.Set("Content-Type", form.FormDataContentType())
		req.Header.Set("Idempotency-Key", "ferry")
		got := r.write.Send(req)
		r.book.check(t, "POST", "/media", got)
		if got.Status != http.StatusCreated || got.Text("credit") != "Photo: Ada" || got.Text("alt", "en") != "A ferry" {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		return got.Text("id"), got.Header.Get("ETag")
	}
	id, tag := send()
	if again, _ := send(); again != id {
		t.Error("the same file twice is two pictures")
	}
	r.write.must("PATCH", "/media/"+id, map[string]any{"alt": map[string]any{"en": "A ferry in fog"}, "focal": []int{1, 20000}}, "If-Match", tag)
	if got := r.edit.do("PATCH", "/media/"+id, map[string]any{"credit": "x"}, "If-Match", tag); got.Status != http.StatusPreconditionFailed || got.Text("current", "alt", "en") != "A ferry in fog" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := r.edit.must("GET", "/media?q=fog", nil); !strings.Contains(string(got.Body), id) {
		t.Errorf("%s", got.Body)
	}
	cole := r.as(r.Hire("cole", staff.Contributor))
	if got := cole.do("GET", "/media/"+id, nil); got.Status != http.StatusForbidden {
		t.Errorf("a contributor looks at somebody else's picture: %d", got.Status)
	}
	if got := cole.must("GET", "/media", nil); strings.Contains(string(got.Body), id) {
		t.Errorf("and finds it in the list")
	}
}

var donor = fund.Donor{Email: "gwen@example.org", Name: "Gwen Ash", Lang: "en"}

func TestMoneyIsShownWithoutDonorsAndDonorsToTheTreasurerAlone(t *testing.T) {
	r := open(t)
	till := r.as(r.Hire("till", staff.Treasurer))
	r.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddDonor(ctx, donor)
		return err
	})
	if got := till.must("GET", "/donors", nil); !strings.Contains(string(got.Body), donor.Email) {
		t.Errorf("%s", got.Body)
	}
	for _, p := range []program{r.write, r.edit, r.publish} {
		if got := p.do("GET", "/donors", nil); got.Status != http.StatusForbidden {
			t.Errorf("donors: %d", got.Status)
		}
		if got := p.must("GET", "/campaigns", nil); strings.Contains(string(got.Body), donor.Email) {
			t.Errorf("%s", got.Body)
		}
	}
	narrow := r.as(r.boss, staff.MoneyScope)
	if got := narrow.do("GET", "/audit", nil); got.Status != http.StatusForbidden {
		t.Errorf("a token for money reads the record: %d", got.Status)
	}
}
