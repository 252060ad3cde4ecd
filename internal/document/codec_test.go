package document

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"masthead.dev/masthead/internal/fault"
)

func TestAGoodDocumentIsReadAndWrittenBackByteForByte(t *testing.T) {
	const in = `{"schema":1,"lang":"en","blocks":[` +
		`{"kind":"paragraph","id":"a","text":[{"text":"Hello "},{"text":"world","strong":true,"href":"https://x.example/"},{"note":"n1"}]},` +
		`{"kind":"heading","id":"b","level":2,"text":[{"text":"More"}]},` +
		`{"kind":"list","id":"c","style":"bullets","items":[{"text":[{"text":"one"}],"blocks":[{"kind":"divider","id":"d"}]}]},` +
		`{"kind":"table","id":"e","header_rows":1,"rows":[[{"text":[{"text":"h"}]}],[{"text":[{"text":"1"}],"cols":2}]]},` +
		`{"kind":"live","id":"f","at":"2026-11-20T14:05:00Z","headline":[{"text":"Now"}]}],` +
		`"footnotes":[{"id":"n1","text":[{"text":"Minutes"}]}]}`
	d, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != in {
		t.Errorf("canonical form differs\n got %s\nwant %s", out, in)
	}
}

func TestABadDocumentIsRefusedWithThePlaceOfTheFault(t *testing.T) {
	wrap := func(blocks string) string { return `{"schema":1,"blocks":[` + blocks + `]}` }
	cases := map[string]struct{ in, say string }{
		"unknown field":       {wrap(`{"kind":"paragraph","id":"a","colour":"red"}`), "blocks[0].colour"},
		"unknown kind":        {wrap(`{"kind":"marquee","id":"a"}`), `blocks[0].kind is "marquee"`},
		"no id":               {wrap(`{"kind":"divider"}`), "blocks[0].id is missing"},
		"double id":           {wrap(`{"kind":"divider","id":"a"},{"kind":"divider","id":"a"}`), `blocks[1].id "a" is used twice`},
		"heading level":       {wrap(`{"kind":"heading","id":"a","level":5}`), "blocks[0].level is 5"},
		"no level":            {wrap(`{"kind":"heading","id":"a"}`), "blocks[0].level"},
		"script address":      {wrap(`{"kind":"paragraph","id":"a","text":[{"text":"x","href":"JavaScript:alert(1)"}]}`), "blocks[0].text[0].href"},
		"tab in a scheme":     {wrap(`{"kind":"paragraph","id":"a","text":[{"text":"x","href":"java\tscript:alert(1)"}]}`), "blocks[0].text[0].href"},
		"data address":        {wrap(`{"kind":"image","id":"a","source":"data:text/html,x"}`), "blocks[0].source"},
		"no picture":          {wrap(`{"kind":"image","id":"a"}`), "blocks[0].media"},
		"number for text":     {wrap(`{"kind":"code","id":"a","text":5}`), "blocks[0].text must be a string"},
		"fraction":            {wrap(`{"kind":"heading","id":"a","level":2.5}`), "blocks[0].level must be a whole number"},
		"two spans in one":    {wrap(`{"kind":"paragraph","id":"a","text":[{"text":"x","break":true}]}`), "blocks[0].text[0].text"},
		"no such footnote":    {wrap(`{"kind":"paragraph","id":"a","text":[{"note":"zz"}]}`), "blocks[0].text[0].note"},
		"control character":   {wrap(`{"kind":"paragraph","id":"a","text":[{"text":"a\u0000b"}]}`), "U+0000"},
		"cell":                {wrap(`{"kind":"table","id":"a","rows":[[{"text":[]},{"txt":1}]]}`), "blocks[0].rows[0][1].txt"},
		"embed without http":  {wrap(`{"kind":"embed","id":"a","url":"/x"}`), "blocks[0].url"},
		"field twice":         {wrap(`{"kind":"divider","kind":"divider","id":"a"}`), `"kind" stands twice`},
		"other schema":        {`{"schema":2}`, "schema must be 1"},
		"no schema":           {`{}`, "schema must be 1"},
		"not an object":       {`[]`, "must be an object"},
		"not JSON":            {`{"schema":1,}`, "not valid JSON"},
		"nothing":             {``, "not valid JSON"},
		"something after":     {`{"schema":1}{}`, "goes on after its end"},
		"not UTF-8":           {"{\"lang\":\"\xff\"}", "UTF-8"},
		"deep JSON":           {strings.Repeat(`{"blocks":[`, 200), "nested too deeply"},
		"terms without term":  {wrap(`{"kind":"list","id":"a","style":"terms","items":[{"text":[{"text":"x"}]}]}`), "blocks[0].items[0]"},
		"marks on a footnote": {wrap(`{"kind":"paragraph","id":"a","text":[{"note":"n","em":true}]}`), "blocks[0].text[0].note"},
		"null block":          {wrap(`null`), "blocks[0] must be an object"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(c.in))
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want an Invalid fault", err)
			}
			if !strings.Contains(fault.Say(err), c.say) {
				t.Errorf("says %q, want it to name %q", fault.Say(err), c.say)
			}
		})
	}
}

func TestBlocksNestedBeyondTheLimitAreRefused(t *testing.T) {
	nest := func(n int) *Document {
		var inner []Block
		for range n {
			inner = []Block{&Factbox{Blocks: inner}}
		}
		return New("en", inner...)
	}
	if _, err := nest(MaxDepth).Encode(); err != nil {
		t.Errorf("depth %d: %v", MaxDepth, err)
	}
	if b, err := nest(MaxDepth).Encode(); err == nil {
		if _, err := Decode(b); err != nil {
			t.Errorf("depth %d is written but not read: %v", MaxDepth, err)
		}
	}
	if _, err := nest(MaxDepth + 1).Encode(); !fault.Is(err, fault.Invalid) {
		t.Errorf("depth %d: got %v, want Invalid", MaxDepth+1, err)
	}
}

func TestMissingAltAndCreditAreNoFaultsOfTheCodec(t *testing.T) {
	d := New("en", &Image{Photo: Photo{Media: "m1"}})
	if _, err := d.Encode(); err != nil {
		t.Error(err)
	}
}

func TestAnyDocumentComesBackFromItsJSONUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := AnyDocument().Draw(t, "document")
		b, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(b)
		if err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if !reflect.DeepEqual(d, again) {
			t.Fatalf("read back differs\n%#v\n%#v", d, again)
		}
		b2, _ := again.Encode()
		if string(b) != string(b2) {
			t.Fatalf("bytes differ\n%s\n%s", b, b2)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"schema":1,"blocks":[{"kind":"paragraph","id":"a","text":[{"text":"x"}]}]}`))
	f.Add([]byte(`{"schema":1,"blocks":[{"kind":"raw","id":"a","html":"<script>","reason":"x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(b)
		if err != nil {
			if fault.Say(err) == "" {
				t.Fatalf("no sentence for people in %v", err)
			}
			return
		}
		out, err := d.Encode()
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		if _, err := Decode(out); err != nil {
			t.Fatalf("written but not read: %v", err)
		}
		checkSafe(t, HTML(d, HTMLOptions{Sources: true}))
		checkSafe(t, HTML(d, HTMLOptions{Feed: true, Base: "https://example.org/a"}))
	})
}
