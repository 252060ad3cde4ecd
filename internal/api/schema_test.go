package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/desk/desktest"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// program checks every answer against the document.
type program struct {
	*desktest.Program
	book *document
}

func (p program) do(method, path string, body any, headers ...string) desktest.Reply {
	p.T.Helper()
	got := p.Do(method, path, body, headers...)
	p.book.check(p.T, method, path, got)
	return got
}

// must is do for what has to go well.
func (p program) must(method, path string, body any, headers ...string) desktest.Reply {
	p.T.Helper()
	got := p.do(method, path, body, headers...)
	if got.Status >= 300 {
		p.T.Fatalf("%s %s: %d %s", method, path, got.Status, got.Body)
	}
	return got
}

// document is the description as it was answered.
type document struct {
	raw   map[string]any
	tools *jsonschema.Compiler
	kept  map[string]*jsonschema.Schema
}

func readDocument(t *testing.T, r *desktest.Room) *document {
	t.Helper()
	res, err := http.Get(r.Server.URL + api.Root + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	v, err := jsonschema.UnmarshalJSON(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.StatusCode, err)
	}
	d := &document{raw: v.(map[string]any), tools: jsonschema.NewCompiler(), kept: map[string]*jsonschema.Schema{}}
	d.tools.AssertFormat()
	if err := d.tools.AddResource("mem:///openapi.json", v); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *document) schema(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	if s := d.kept[pointer]; s != nil {
		return s
	}
	s, err := d.tools.Compile("mem:///openapi.json#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	d.kept[pointer] = s
	return s
}

// escape writes a name as a part of a JSON pointer in a URL.
func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
}

// place finds the path of the document that an address is of.
func (d *document) place(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := ""
	for p := range d.raw["paths"].(map[string]any) {
		names := strings.Split(p, "/")
		if len(names) != len(parts) {
			continue
		}
		fits := true
		for i, n := range names {
			fits = fits && (n == parts[i] || strings.HasPrefix(n, "{"))
		}
		if fits && (best == "" || strings.Count(p, "{") < strings.Count(best, "{")) {
			best = p
		}
	}
	return best
}

func (d *document) check(t *testing.T, method, path string, got desktest.Reply) {
	t.Helper()
	place := d.place(path)
	if place == "" {
		return
	}
	pointer := "/components/schemas/Problem"
	if got.Status < 300 {
		status := http.StatusText(got.Status)
		responses := d.raw["paths"].(map[string]any)[place].(map[string]any)[strings.ToLower(method)].(map[string]any)["responses"].(map[string]any)
		want, ok := responses[strings.Fields(codeOf(got.Status))[0]].(map[string]any)
		if !ok {
			t.Errorf("%s %s answers %d (%s), which the document does not have", method, path, got.Status, status)
			return
		}
		if want["content"] == nil {
			if len(got.Body) > 0 {
				t.Errorf("%s %s answers a body that the document does not have", method, path)
			}
			return
		}
		pointer = "/paths/" + escape(place) + "/" + strings.ToLower(method) + "/responses/" + codeOf(got.Status) + "/content/application~1json/schema"
	} else if ct := got.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("%s %s: %d as %s", method, path, got.Status, ct)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(got.Body))
	if err != nil {
		t.Errorf("%s %s: %v in %s", method, path, err, got.Body)
		return
	}
	if err := d.schema(t, pointer).Validate(v); err != nil {
		t.Errorf("%s %s: %v\n%s", method, path, err, got.Body)
	}
}

func codeOf(status int) string {
	b, _ := json.Marshal(status)
	return string(b)
}

// essentials is what a document of OpenAPI 3.1 must have, as its own schema
// (spec.openapis.org/oas/3.1/schema) asks for it.
const essentials = `{
 "type": "object", "required": ["openapi", "info", "paths"],
 "properties": {
  "openapi": {"pattern": "^3\\.1\\.\\d+$"},
  "info": {"type": "object", "required": ["title", "version"], "properties": {"title": {"type": "string"}, "version": {"type": "string"}}},
  "servers": {"type": "array", "items": {"type": "object", "required": ["url"]}},
  "paths": {"type": "object", "propertyNames": {"pattern": "^/"}, "additionalProperties": {"type": "object",
    "propertyNames": {"enum": ["get", "put", "post", "delete", "patch"]}, "additionalProperties": {"$ref": "#/$defs/operation"}}},
  "components": {"type": "object", "properties": {
    "schemas": {"type": "object", "propertyNames": {"pattern": "^[a-zA-Z0-9._-]+$"}, "additionalProperties": {"type": "object"}},
    "securitySchemes": {"type": "object", "additionalProperties": {"type": "object", "required": ["type"]}}}},
  "security": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}}
 },
 "propertyNames": {"enum": ["openapi", "info", "servers", "paths", "components", "security"]},
 "$defs": {
  "operation": {"type": "object", "required": ["operationId", "summary", "responses"], "properties": {
    "operationId": {"type": "string", "minLength": 1}, "summary": {"type": "string", "minLength": 5},
    "parameters": {"type": "array", "items": {"$ref": "#/$defs/parameter"}},
    "requestBody": {"type": "object", "required": ["content"], "properties": {"content": {"$ref": "#/$defs/content"}}},
    "responses": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^([1-5]([0-9][0-9]|XX)|default)$"}, "additionalProperties": {"anyOf": [
      {"type": "object", "required": ["$ref"]}, {"type": "object", "required": ["description"], "properties": {"content": {"$ref": "#/$defs/content"}}}]}}}},
  "parameter": {"type": "object", "required": ["name", "in", "schema"], "properties": {"in": {"enum": ["path", "query", "header", "cookie"]}},
    "if": {"properties": {"in": {"const": "path"}}}, "then": {"required": ["required"], "properties": {"required": {"const": true}}}},
  "content": {"type": "object", "propertyNames": {"pattern": "^[a-z]+/"}, "additionalProperties": {"type": "object", "required": ["schema"]}}
 }}`

func TestTheDocumentIsOneOfOpenAPI(t *testing.T) {
	r := desktest.Open(t)
	d := readDocument(t, r)
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(essentials))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.tools.AddResource("mem:///essentials.json", v); err != nil {
		t.Fatal(err)
	}
	s, err := d.tools.Compile("mem:///essentials.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(any(d.raw)); err != nil {
		t.Error(err)
	}
	delete(d.raw["info"].(map[string]any), "title")
	if s.Validate(any(d.raw)) == nil {
		t.Error("a document without a title passes")
	}
	ids := map[string]bool{}
	for place, item := range d.raw["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			op := op.(map[string]any)
			id := op["operationId"].(string)
			if ids[id] {
				t.Errorf("two operations are called %s", id)
			}
			ids[id] = true
			declared := 0
			params, _ := op["parameters"].([]any)
			for _, x := range params {
				if p := x.(map[string]any); p["in"] == "path" {
					declared++
					if !strings.Contains(place, "{"+p["name"].(string)+"}") {
						t.Errorf("%s %s has no %s", method, place, p["name"])
					}
				}
			}
			if declared != strings.Count(place, "{") {
				t.Errorf("%s %s: %d parts of the path are described", method, place, declared)
			}
			if body, ok := op["requestBody"].(map[string]any); ok {
				d.example(t, place, method, body)
			}
		}
	}
	for name := range d.raw["components"].(map[string]any)["schemas"].(map[string]any) {
		d.schema(t, "/components/schemas/"+name)
	}
	if len(ids) < 40 {
		t.Errorf("only %d operations", len(ids))
	}
}

// example holds an operation's example against the schema of its body.
func (d *document) example(t *testing.T, place, method string, body map[string]any) {
	t.Helper()
	in, ok := body["content"].(map[string]any)["application/json"].(map[string]any)
	if !ok || in["example"] == nil {
		return
	}
	s := d.schema(t, "/paths/"+escape(place)+"/"+method+"/requestBody/content/application~1json/schema")
	if err := s.Validate(in["example"]); err != nil {
		t.Errorf("the example of %s %s: %v", method, place, err)
	}
}

func TestEveryOperationIsRefusedWithoutATokenAndWithoutItsScope(t *testing.T) {
	r := desktest.Open(t)
	r.Found()
	owner := r.Hire("owner", staff.Owner)
	d := readDocument(t, r)
	stranger := program{&desktest.Program{Room: r}, d}
	for place, item := range d.raw["paths"].(map[string]any) {
		path := strings.NewReplacer("{id}", "x", "{number}", "1", "{note}", "x").Replace(place)
		for method, op := range item.(map[string]any) {
			scope, _ := op.(map[string]any)["x-scope"].(string)
			r.Clock.Add(2_000_000_000)
			if got := stranger.do(strings.ToUpper(method), path, nil); got.Status != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s without a token: %d", method, path, got.Status)
			}
			if scope == "" {
				continue
			}
			others := slices.DeleteFunc(staff.Scopes(), func(s staff.Scope) bool { return string(s) == scope })
			p := program{r.Program(owner, others...), d}
			got := p.do(strings.ToUpper(method), path, nil)
			if got.Status != http.StatusForbidden || !strings.Contains(got.Text("detail"), scope) {
				t.Errorf("%s %s without %s: %d %s", method, path, scope, got.Status, got.Body)
			}
			revoke(r, owner)
		}
	}
}

func revoke(r *desktest.Room, p staff.Person) {
	list, err := r.Store.Tokens(r.T.Context(), p.ID)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, x := range list {
		r.Write(func(ctx context.Context, tx *store.Tx) error { return tx.RevokeToken(ctx, desktest.Tester, p.ID, x.ID) })
	}
}
