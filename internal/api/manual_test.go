package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/api"
	"masthead.dev/masthead/internal/clock"
)

var update = flag.Bool("update", false, "write docs/api.md anew")

const manual = "../../docs/api.md"

// The part of the manual between these lines is made of the operations.
const (
	begins = "<!-- operations: made by go test ./internal/api -update -->"
	ends   = "<!-- end of operations -->"
)

func TestTheManualListsTheOperationsAsTheyAre(t *testing.T) {
	raw, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begins)
	_, tail, closed := strings.Cut(rest, ends)
	if !ok || !closed {
		t.Fatal("the manual has no place for the operations")
	}
	want := head + begins + "\n\n" + operations(t) + ends + tail
	if *update {
		if err := os.WriteFile(manual, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(raw) {
		t.Error("docs/api.md is not as the operations are; run go test ./internal/api -update")
	}
}

func operations(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(api.New(api.Config{Clock: clock.Wall{}}).OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	groups := map[string][]string{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			groups[op.Tags[0]] = append(groups[op.Tags[0]], op.line(strings.ToUpper(method), path, doc.Components.Schemas))
		}
	}
	var out strings.Builder
	for _, name := range []string{"token", "stories", "steps", "notes and assignments", "corrections and record", "media", "site", "staff", "money"} {
		list := groups[name]
		delete(groups, name)
		slices.Sort(list)
		fmt.Fprintf(&out, "### %s\n\n| operation | scope | does | takes |\n|---|---|---|---|\n%s\n\n", strings.ToUpper(name[:1])+name[1:], strings.Join(list, "\n"))
	}
	if len(groups) > 0 {
		t.Errorf("the manual has no place for %v", groups)
	}
	return out.String()
}

type operation struct {
	Tags        []string
	Summary     string
	Description string
	Scope       string `json:"x-scope"`
	Parameters  []struct{ Name, In string }
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]any
	Required   []string
}

// line is an operation as the manual lists it.
func (op operation) line(method, path string, all map[string]schema) string {
	does := op.Summary
	if op.Description != "" {
		does += " " + op.Description
	}
	var takes []string
	for _, p := range op.Parameters {
		if p.In == "query" {
			takes = append(takes, "?"+p.Name)
		}
	}
	for _, body := range op.RequestBody.Content {
		s := body.Schema
		if s.Ref != "" {
			s = all[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
		}
		for name := range s.Properties {
			if slices.Contains(s.Required, name) {
				name = "**" + name + "**"
			}
			takes = append(takes, name)
		}
	}
	slices.Sort(takes)
	return fmt.Sprintf("| `%s %s` | %s | %s | %s |", method, path, op.Scope, does, strings.Join(takes, ", "))
}
