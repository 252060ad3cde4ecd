package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"
)

// maxEditor bounds the editor's script, in bytes of gzip -9.
const maxEditor = 120_000

func TestTheEditorStaysWithinItsBudgetAndNamesItsPackages(t *testing.T) {
	files, err := bundle(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for name, b := range files {
		if strings.HasPrefix(name, "editor.") {
			seen++
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(b); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			t.Logf("the editor is %d bytes, %d of %d in gzip", len(b), out.Len(), maxEditor)
			if out.Len() > maxEditor {
				t.Errorf("the editor has %d bytes of gzip, budget %d", out.Len(), maxEditor)
			}
		}
		if strings.HasPrefix(name, "editor-notices.") {
			seen++
			for _, word := range []string{"prosemirror-view ", "prosemirror-model ", "w3c-keyname ", "Permission is hereby granted"} {
				if !bytes.Contains(b, []byte(word)) {
					t.Errorf("the notices lack %q", word)
				}
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d files of the editor", seen)
	}
}
