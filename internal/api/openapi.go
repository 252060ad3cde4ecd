package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/staff"
)

// OpenAPI is the document that describes all operations (OpenAPI 3.1.1).
func (a *API) OpenAPI() object {
	s := &schemas{named: object{}}
	paths := object{}
	for _, op := range a.ops {
		p, ok := paths[op.Path].(object)
		if !ok {
			p = object{}
			paths[op.Path] = p
		}
		p[strings.ToLower(op.Method)] = op.described(s)
	}
	s.of(problem{})
	scopes := []string{}
	for _, x := range staff.Scopes() {
		scopes = append(scopes, string(x))
	}
	return object{
		"openapi": "3.1.1",
		"info": object{"title": "Masthead", "version": "1",
			"description": "Programs come with a token (made at the desk, on the page of one's account) and may what its scopes and its person's roles allow. Scopes: " + strings.Join(scopes, ", ") + "."},
		"servers": []any{object{"url": Root}},
		"paths":   paths,
		"components": object{"schemas": s.named,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
			"responses": object{"Problem": object{"description": "what went wrong, in a sentence that says what to do",
				"content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}}},
		"security": []any{object{"token": []string{}}},
	}
}

// described is an operation as the document has it.
func (op Op) described(s *schemas) object {
	out := object{"operationId": op.ID, "tags": []string{op.Group}, "summary": op.Does, "x-scope": string(op.Scope), "responses": op.responses(s)}
	if op.More != "" {
		out["description"] = op.More
	}
	if list := op.parameters(); len(list) > 0 {
		out["parameters"] = list
	}
	if op.Scope != "" {
		out["security"] = []any{object{"token": []string{string(op.Scope)}}}
	}
	switch {
	case op.Files:
		out["requestBody"] = object{"required": true, "content": object{"multipart/form-data": object{"schema": object{"type": "object", "required": []string{"file"},
			"properties": object{"file": object{"type": "string", "format": "binary"}, "credit": object{"type": "string"}, "alt": object{"type": "string"}, "lang": object{"type": "string"}}}}}}
	case op.In != nil:
		body := object{"schema": s.of(op.In)}
		if op.Example != nil {
			body["example"] = op.Example
		}
		out["requestBody"] = object{"required": true, "content": object{"application/json": body}}
	}
	return out
}

func (op Op) parameters() (out []any) {
	add := func(name, in, does string, required bool, schema object) {
		out = append(out, object{"name": name, "in": in, "description": does, "required": required, "schema": schema})
	}
	for _, name := range op.places() {
		add(name, "path", "id", true, object{"type": "string"})
	}
	for _, q := range op.Query {
		schema := object{"type": "string"}
		if len(q.Enum) > 0 {
			schema["enum"] = q.Enum
		}
		add(q.Name, "query", q.Does, false, schema)
	}
	if op.Guarded {
		add("If-Match", "header", "the ETag of what you have seen", false, object{"type": "string"})
	}
	if op.Method == http.MethodPost {
		add("Idempotency-Key", "header", "of your own making; the same request under the same key is done once and answered alike for 24 hours", false, object{"type": "string", "maxLength": 200})
	}
	return out
}

// places are the names of the path's parts that vary.
func (op Op) places() (out []string) {
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, strings.TrimSuffix(name, "}"))
		}
	}
	return out
}

func (op Op) responses(s *schemas) object {
	good := object{"description": "done"}
	if op.Out != nil {
		good["content"] = object{"application/json": object{"schema": s.of(op.Out)}}
	}
	if op.Tagged {
		good["headers"] = object{"ETag": object{"description": "for If-Match", "schema": object{"type": "string"}}}
	}
	problem := object{"$ref": "#/components/responses/Problem"}
	return object{strconv.Itoa(op.status()): good, "4XX": problem, "5XX": problem}
}

// document answers with the description. Anybody may read it: it says nothing of
// this newsroom.
func (a *API) document(w http.ResponseWriter, r *http.Request) error {
	body, err := json.MarshalIndent(a.OpenAPI(), "", "  ")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "")
	}
	tag := `"` + tagOf(json.RawMessage(body)) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "public, no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	w.Write(append(body, '\n'))
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
