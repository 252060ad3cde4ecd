package document

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/testkit/browser"
	"masthead.dev/masthead/web-src/pack"
)

// everyBlock holds each kind of block with each of its fields set, and marks on
// breaks, spans in cells and what else the generator does not draw.
const everyBlock = `{"schema":1,"lang":"en","blocks":[
{"kind":"paragraph","id":"a1","lang":"fa","dir":"rtl","anchor":"here","text":[{"text":"a","strong":true,"em":true,"strike":true,"sub":true,"code":true,"bdi":true,"lang":"ar","dir":"rtl","href":"/x","title":"t"},{"break":true,"strong":true},{"text":"tab\there","sup":true},{"note":"n1"}]},
{"kind":"heading","id":"a2","level":4,"text":[{"text":"H"}]},
{"kind":"list","id":"a3","style":"terms","start":3,"items":[{"term":[{"text":"t"}],"text":[{"text":"x"}],"blocks":[{"kind":"list","id":"a4","style":"bullets","items":[{"text":[{"text":"y"}]},{}]}]},{"text":[{"text":"no term"}]}]},
{"kind":"quote","id":"a5","blocks":[{"kind":"paragraph","id":"a6","text":[{"text":"q"}]}],"speaker":[{"text":"S","bdi":true}],"role":"r","source":"https://x.example/"},
{"kind":"quote","id":"a7"},
{"kind":"pullquote","id":"a8","text":[{"text":"p"}],"speaker":[{"text":"s"}]},
{"kind":"image","id":"a9","media":"m","source":"https://x.example/i.jpg","ref":"7","alt":"alt","decorative":true,"caption":[{"text":"c"},{"note":"n1"}],"credit":"cr","credit_link":"/c","link":"/l","width":3,"height":2},
{"kind":"gallery","id":"b1","images":[{"media":"m","caption":[{"text":"c"}]},{"ref":"8","credit":"x"}],"caption":[{"text":"all"}]},
{"kind":"embed","id":"b2","provider":"x","url":"https://x.com/a/status/1","title":"t","fallback":[{"text":"f"}],"caption":[{"text":"c"}]},
{"kind":"table","id":"b3","caption":[{"text":"c"}],"header_rows":1,"footer_rows":1,"header_column":true,"rows":[[{"text":[{"text":"h"}],"cols":2}],[{"text":[{"text":"x"}],"blocks":[{"kind":"paragraph","id":"b4"}],"header":true,"cols":1,"rows":2},{}],[{}]]},
{"kind":"code","id":"b5","language":"go","text":"a\n\tb "},
{"kind":"divider","id":"b6"},
{"kind":"related","id":"b7","items":[{"article":"x","title":"t"},{"href":"/y","title":"u"}]},
{"kind":"factbox","id":"b8","title":[{"text":"f"}],"blocks":[{"kind":"divider","id":"b9"}]},
{"kind":"appeal","id":"c1","campaign":"c"},
{"kind":"live","id":"c2","at":"2026-11-20T14:05:00.123Z","headline":[{"text":"h"}],"blocks":[{"kind":"paragraph","id":"c3","text":[{"text":"x"}]}]},
{"kind":"document","id":"c4","media":"m","source":"/d.pdf","ref":"9","title":"t"},
{"kind":"audio","id":"c5","media":"m","source":"/a.mp3","ref":"1","title":"t","caption":[{"text":"c"}],"transcript":[{"kind":"paragraph","id":"c6","text":[{"text":"x"}]}]},
{"kind":"video","id":"c7","media":"m","caption":[{"text":"c"}],"transcript":[{"kind":"paragraph","id":"c8"}],"poster":"p"},
{"kind":"raw","id":"c9","html":"<x>\n</x>","reason":"why"}
],"footnotes":[{"id":"n1","text":[{"text":"note"},{"break":true},{"text":"two","em":true}]},{"id":"n2"}]}`

// A document that the editor opens and saves unchanged is the same document.
func TestTheEditorGivesBackEveryDocumentAsItWas(t *testing.T) {
	tab := editorProbe(t)
	same := func(t interface{ Fatalf(string, ...any) }, docs ...*Document) {
		in := make([]json.RawMessage, len(docs))
		for i, d := range docs {
			b, err := d.Encode()
			if err != nil {
				t.Fatalf("%v", err)
			}
			in[i] = b
		}
		arg, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for i, text := range browser.Get(tab, chromedp.Evaluate[[]string]("roundTrip("+string(arg)+")")) {
			back, err := Decode([]byte(text))
			if err != nil {
				t.Fatalf("the editor's form of %s is refused: %v", in[i], err)
			}
			out, err := back.Encode()
			if err != nil || string(out) != string(in[i]) {
				t.Fatalf("%v\ngave  %s\nand was %s", err, out, in[i])
			}
		}
	}
	t.Run("every block with every field", func(t *testing.T) {
		d, err := Decode([]byte(everyBlock))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		d.Walk(func(b Block) bool { seen[b.Kind()] = true; return true })
		if len(seen) != len(makers) {
			t.Errorf("%d of %d kinds are tried", len(seen), len(makers))
		}
		same(t, d, &Document{Schema: Schema})
	})
	t.Run("generated", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			same(t, rapid.SliceOfN(AnyDocument(), 5, 5).Draw(t, "documents")...)
		})
	})
	t.Run("imported", func(t *testing.T) {
		files, err := filepath.Glob("../*/testdata/**/*.html")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := ImportHTML(string(b), ImportOptions{Lang: "en"})
			same(t, d)
		}
	})
}

func TestTheEditorKeepsFieldsThatItDoesNotKnow(t *testing.T) {
	tab := editorProbe(t)
	const in = `{"schema":1,"blocks":[{"kind":"paragraph","id":"a","text":[{"text":"x"}],"mood":{"n":1}},{"kind":"table","id":"b","rows":[[{"text":[{"text":"c"}],"colour":"red"}]]}],"footnotes":[{"id":"f","seen":true}]}`
	got := browser.Get(tab, chromedp.Evaluate[[]string]("roundTrip(["+in+"])"))[0]
	if got != in {
		t.Errorf("gave %s\nof %s", got, in)
	}
}

// editorProbe opens a page with the editor's conversion and nothing else.
func editorProbe(t *testing.T) *browser.Tab {
	t.Helper()
	src := os.DirFS("../../web-src")
	packages, err := pack.Read(src)
	if err != nil {
		t.Fatal(err)
	}
	script, err := pack.Script(src, packages, "editor/probe.ts")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/probe.js" {
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(script.Code)
			return
		}
		w.Write([]byte(`<!doctype html><script src="/probe.js"></script>`))
	}))
	t.Cleanup(srv.Close)
	tab := browser.Start(t).Tab(t, browser.Options{})
	tab.Go(srv.URL)
	return tab
}
