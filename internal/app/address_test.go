package app

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"masthead.dev/masthead/internal/store"
)

func TestAddressesWithDoubledSlashesLeadOnInOneStep(t *testing.T) {
	dir := t.TempDir()
	a, err := Open(t.Context(), Config{Addr: "localhost:0", Data: dir, Database: filepath.Join(dir, "masthead.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	old := store.Address{Path: "/greek/επίπεδο-2", Kind: store.ToPath, Object: "/archive"}
	err = a.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.PutAddress(t.Context(), old)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]struct {
		status int
		to     string
	}{
		"//greek/%CE%B5%CF%80%CE%AF%CF%80%CE%B5%CE%B4%CE%BF-2/": {301, "/archive"},
		"//Search/":           {301, "/search"},
		"//evil.example/":     {404, ""},
		"//evil.example/..":   {404, ""},
		"/%5Cevil.example//x": {404, ""},
		"/a/../desk/sign-in":  {404, ""},
		"//desk/sign-in":      {404, ""},
		"/desk/sign-in":       {200, ""},
		"/":                   {200, ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		if r.URL, err = url.ParseRequestURI(from); err != nil { // as a server reads it
			t.Fatal(err)
		}
		h.ServeHTTP(w, r)
		if w.Code != want.status || w.Header().Get("Location") != want.to {
			t.Errorf("%s answers %d %q", from, w.Code, w.Header().Get("Location"))
		}
	}
}
