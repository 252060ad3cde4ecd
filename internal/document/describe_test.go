package document

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTheEditorsSchemaIsWhatTheCodecDescribes(t *testing.T) {
	want, err := json.MarshalIndent(Describe(), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../web-src/editor/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(have), want) {
		t.Error("web-src/editor/schema.json differs from what the blocks say of themselves: run go run ./web-src/build and commit")
	}
}

func TestADescriptionNamesEveryFieldOfEveryBlock(t *testing.T) {
	d := Describe()
	for kind, maker := range makers {
		b := maker()
		if got, want := len(d.Blocks[kind]), goFields(reflect.TypeOf(b).Elem()); got != want {
			t.Errorf("%s: %d fields are described, the type has %d", kind, got, want)
		}
	}
	if got := strings.Join(names(d.Span), " "); got != "text break note strong em strike sub sup code bdi lang dir href title" {
		t.Errorf("a span is described as %s", got)
	}
	list := d.Blocks[KindList]
	if i := slices.IndexFunc(list, func(f Field) bool { return f.Name == "items" }); i < 0 || strings.Join(names(list[i].Fields), " ") != "term text blocks" {
		t.Errorf("a list is described as %+v", list)
	}
	if h := d.Blocks[KindHeading][0]; !h.Required || h.Min != 2 || h.Max != 4 {
		t.Errorf("a heading's level is described as %+v", h)
	}
}

// goFields counts the fields of a struct, those of embedded ones included, Base
// left out.
func goFields(t reflect.Type) (n int) {
	for f := range t.Fields() {
		switch {
		case f.Type == reflect.TypeFor[Base]():
		case f.Anonymous:
			n += goFields(f.Type)
		default:
			n++
		}
	}
	return n
}

func names(fields []Field) (out []string) {
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return out
}
