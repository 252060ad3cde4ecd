package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const bad = `<!doctype html><html lang="en"><title>x</title><body><main><h1>Hello</h1><img src="/x.png"><p id="j">plain</p><script>document.getElementById("j").textContent="scripted";document.cookie="a=1"</script></main>`

func TestTheBrowserSeesWhatItShould(t *testing.T) {
	b := Start(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(bad))
	}))
	defer srv.Close()

	tab := b.Tab(t, Options{Width: 390, Height: 800, Dark: true})
	tab.Go(srv.URL + "/")
	if got := tab.Text("#j"); got != "scripted" {
		t.Errorf("with script: %q", got)
	}
	if !slices.Contains(tab.Cookies(), "a") {
		t.Error("the cookie was not seen")
	}
	if got := tab.Requests(); !slices.Contains(got, srv.URL+"/x.png") || len(tab.Foreign(srv.URL)) != 0 || len(tab.Foreign("http://elsewhere.example/")) == 0 {
		t.Errorf("requests: %q", got)
	}
	if faults := strings.Join(tab.Axe(), "\n"); !strings.Contains(faults, "image-alt") {
		t.Errorf("axe did not see the missing alt: %s", faults)
	}

	bare := b.Tab(t, Options{NoScript: true})
	bare.Go(srv.URL + "/")
	if got := bare.Text("#j"); got != "plain" {
		t.Errorf("without script: %q", got)
	}
	if len(bare.Cookies()) != 0 {
		t.Error("tabs share cookies")
	}
	file := filepath.Join(t.TempDir(), "bad.html")
	if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	if faults := strings.Join(Vnu(t, file), "\n"); !strings.Contains(faults, "alt") {
		t.Errorf("the HTML checker did not see the missing alt: %s", faults)
	}
}
