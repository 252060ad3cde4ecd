package main

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheCommittedAssetsAreWhatTheSourcesMake(t *testing.T) {
	want, err := bundle(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string][]byte{}
	assets := os.DirFS("../../internal/web/assets")
	err = fs.WalkDir(assets, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		have[p], err = fs.ReadFile(assets, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range want {
		if !bytes.Equal(have[name], b) {
			t.Errorf("%s differs from what web-src makes: run go run ./web-src/build and commit", name)
		}
		delete(have, name)
	}
	for name := range have {
		t.Errorf("%s is left over from an older build: run go run ./web-src/build and commit", name)
	}
}

func TestASheetIsCutAtItsMarksInOrder(t *testing.T) {
	got := sections("/* head */\n/* #section one */\na{b:c}\n/* #section two: with words */\nd{e:f}\n")
	if len(got) != 2 || got[0].name != "one" || got[1].name != "two" ||
		!strings.Contains(got[0].text, "a{b:c}") || strings.Contains(got[0].text, "d{e:f}") {
		t.Fatalf("cut wrongly: %q", got)
	}
}

func TestASheetThatNamesAMissingFontOrIsBrokenIsRefused(t *testing.T) {
	for name, sheet := range map[string]string{
		"missing font": "/* #section one */\n@font-face{font-family:X;src:url(fonts/none.woff2)}",
		"broken":       "/* #section one */\na{color:red",
	} {
		if _, err := bundle(fstest.MapFS{"css/masthead.css": {Data: []byte(sheet)}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
