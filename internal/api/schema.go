package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/outbox"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// object is a JSON Schema (2020-12), or a part of the document.
type object = map[string]any

// enums are the values of types that have only some.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[news.State]():      {"pitch", "draft", "in_review", "copy_desk", "approved", "scheduled", "published", "retracted", "withdrawn", "spiked"},
	reflect.TypeFor[news.Kind]():       texts(news.Kinds()),
	reflect.TypeFor[news.Step]():       texts(news.Steps()),
	reflect.TypeFor[news.Class]():      {"first", "typo", "update", "clarification", "correction", "editors-note", "retraction", "withdrawal", ""},
	reflect.TypeFor[staff.Scope]():     texts(staff.Scopes()),
	reflect.TypeFor[staff.Role]():      texts(staff.Roles()),
	reflect.TypeFor[staff.State]():     {"active", "disabled"},
	reflect.TypeFor[fault.Kind]():      {"invalid", "not_found", "gone", "conflict", "denied", "too_many", "too_large", "unavailable", "internal"},
	reflect.TypeFor[store.NoteKind]():  {"note", "suggestion", "returned"},
	reflect.TypeFor[store.NoteState](): {"open", "resolved", "accepted", "refused"},
	reflect.TypeFor[outbox.Kind]():     texts(outbox.Kinds()),
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// schemas makes the schemas of Go types, each named type once.
type schemas struct{ named object }

// of is the schema of a value's type.
func (s *schemas) of(v any) object { return s.typed(reflect.TypeOf(v)) }

func (s *schemas) typed(t reflect.Type) object {
	if values, ok := enums[t]; ok {
		return object{"type": "string", "enum": values}
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage](), reflect.TypeFor[any]():
		return object{}
	case reflect.TypeFor[news.Content]():
		return s.reference("Content", func() object { return s.content() })
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.typed(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32:
		return object{"type": "integer"}
	case reflect.Array:
		return object{"type": "array", "items": s.typed(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Slice:
		return object{"type": "array", "items": s.typed(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.typed(t.Elem())}
	case reflect.Struct:
		if t.Name() == "" {
			return s.fields(t)
		}
		return s.reference(title(t.Name()), func() object { return s.fields(t) })
	}
	panic("api: no schema for " + t.String())
}

func title(name string) string {
	name, _, _ = strings.Cut(name, "[")
	return strings.ToUpper(name[:1]) + name[1:]
}

// reference puts a schema into the document under a name.
func (s *schemas) reference(name string, draw func() object) object {
	if _, ok := s.named[name]; !ok {
		s.named[name] = object{} // for types that hold themselves
		s.named[name] = draw()
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// fields are the properties of a struct, as encoding/json has them.
func (s *schemas) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.add(t, properties, &required)
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s *schemas) add(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			s.add(f.Type, properties, required)
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		p := s.typed(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			p["description"] = doc
		}
		properties[name] = p
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

// content is the schema of an article's text. It writes itself, so that the body
// is added here.
func (s *schemas) content() object {
	out := s.fields(reflect.TypeFor[news.Content]())
	out["properties"].(object)["body"] = object{"anyOf": []any{object{"type": "null"}, s.reference("Document", documentSchema)}}
	out["required"] = []string{"lang", "kind"}
	out["properties"].(object)["schema"].(object)["description"] = "the number of this shape: 1"
	return out
}

// documentSchema is that of a body: blocks of many kinds. What each kind holds is
// made of the same description that the desk's editor is made of.
func documentSchema() object {
	d := document.Describe()
	var kinds []any
	for _, kind := range sorted(d.Blocks) {
		kinds = append(kinds, blockSchema(d, kind))
	}
	block := object{"type": "object", "required": []string{"id", "kind"}, "oneOf": kinds}
	return object{"type": "object", "required": []string{"schema", "blocks"},
		"properties": object{"schema": object{"type": "integer"}, "lang": object{"type": "string"},
			"blocks":    object{"type": "array", "items": block},
			"footnotes": object{"type": "array", "items": object{"type": "object"}}}}
}

func blockSchema(d document.Description, kind string) object {
	properties, required := object{"kind": object{"const": kind}}, []string{"kind"}
	for _, f := range append(d.Base, d.Blocks[kind]...) {
		properties[f.Name] = fieldSchema(f)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	return object{"type": "object", "title": kind, "properties": properties, "required": required}
}

// fieldSchema says roughly what a field is; the server reads it more strictly.
func fieldSchema(f document.Field) object {
	switch f.Kind {
	case "number":
		return object{"type": "integer"}
	case "flag":
		return object{"type": "boolean"}
	case "inline", "blocks", "list", "grid":
		return object{"type": "array"}
	case "enum":
		return object{"enum": f.Values}
	}
	return object{"type": "string"}
}
