// Command build makes the files in internal/web/assets from those in web-src:
// the style sheet cut at its "#section" marks and minified, scripts, fonts and
// icon under names that hold their hash, and a manifest. Run it from the
// root of the tree after any change in web-src: go run ./web-src/build
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"masthead.dev/masthead/web-src/pack"
)

// manifest tells the binary which sections there are, in the order in which
// they must be joined, and where each file is served.
type manifest struct {
	Sections []string          `json:"sections"`
	Files    map[string]string `json:"files"` // plain name → name with hash
}

// bundle returns the finished files by name.
func bundle(src fs.FS) (map[string][]byte, error) {
	out, m := map[string][]byte{}, manifest{Files: map[string]string{}}
	for _, pattern := range []string{"fonts/*.woff2", "fonts/*.txt", "icon/*.svg"} {
		if err := addHashed(src, pattern, out, m.Files); err != nil {
			return nil, err
		}
	}
	sheet, err := fs.ReadFile(src, "css/masthead.css")
	if err != nil {
		return nil, err
	}
	for _, s := range sections(string(sheet)) {
		css, err := minify(s.name, s.text, m.Files)
		if err != nil {
			return nil, err
		}
		m.Sections = append(m.Sections, s.name)
		out["css/"+s.name+".css"] = css
	}
	if err := addScripts(src, out); err != nil {
		return nil, err
	}
	if err := addEditor(src, out, m.Files); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return nil, err
	}
	out["manifest.json"] = append(b, '\n')
	return out, nil
}

// addScripts strips and shortens scripts, each of which a page inlines whole.
func addScripts(src fs.FS, out map[string][]byte) error {
	found, err := fs.Glob(src, "script/*.ts")
	if err != nil {
		return err
	}
	for _, f := range found {
		text, err := fs.ReadFile(src, f)
		if err != nil {
			return err
		}
		r := api.Transform(string(text), api.TransformOptions{
			Loader: api.LoaderTS, Format: api.FormatIIFE, Target: api.ES2020, Sourcefile: f, LogLevel: api.LogLevelSilent,
			MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		})
		for _, e := range append(r.Errors, r.Warnings...) {
			return fmt.Errorf("%s, line %d: %s", f, e.Location.Line, e.Text)
		}
		out["script/"+strings.TrimSuffix(path.Base(f), ".ts")+".js"] = []byte(strings.TrimSpace(string(r.Code)))
	}
	return nil
}

// addEditor bundles the editor of articles, which its page fetches, and the
// licences of the packages in it.
func addEditor(src fs.FS, out map[string][]byte, names map[string]string) error {
	packages, err := pack.Read(src)
	if err != nil {
		return err
	}
	script, err := pack.Script(src, packages, "editor/main.ts")
	if err != nil {
		return err
	}
	notices, err := packages.Notices(script.Used)
	if err != nil {
		return err
	}
	addNamed("editor.js", script.Code, out, names)
	addNamed("editor-notices.txt", []byte(notices), out, names)
	return nil
}

// addHashed copies files under names that change with their content.
func addHashed(src fs.FS, pattern string, out map[string][]byte, names map[string]string) error {
	found, err := fs.Glob(src, pattern)
	if err != nil {
		return err
	}
	sort.Strings(found)
	for _, f := range found {
		b, err := fs.ReadFile(src, f)
		if err != nil {
			return err
		}
		addNamed(path.Base(f), b, out, names)
	}
	return nil
}

func addNamed(base string, b []byte, out map[string][]byte, names map[string]string) {
	sum, ext := sha256.Sum256(b), path.Ext(base)
	hashed := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	out[hashed], names[base] = b, hashed
}

type section struct{ name, text string }

var sectionMark = regexp.MustCompile(`(?m)^/\* #section ([a-z]+)\b.*\*/$`)

// sections cuts the sheet at its marks; what stands before the first is a
// comment for the reader of the source.
func sections(sheet string) []section {
	marks := sectionMark.FindAllStringSubmatchIndex(sheet, -1)
	out := make([]section, 0, len(marks))
	for i, m := range marks {
		end := len(sheet)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		out = append(out, section{sheet[m[2]:m[3]], sheet[m[1]:end]})
	}
	return out
}

var fontURL = regexp.MustCompile(`url\(fonts/([^)]+)\)`)

// minify shortens one section. The sheet names fonts by their place in
// web-src; readers fetch them under their hashed names.
func minify(name, text string, files map[string]string) ([]byte, error) {
	var missing error
	text = fontURL.ReplaceAllStringFunc(text, func(u string) string {
		plain := fontURL.FindStringSubmatch(u)[1]
		if files[plain] == "" {
			missing = fmt.Errorf("section %s names %s, which is not in web-src/fonts", name, plain)
		}
		return "url(/assets/" + files[plain] + ")"
	})
	if missing != nil {
		return nil, missing
	}
	r := api.Transform(text, api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true,
		Sourcefile: name + ".css", LogLevel: api.LogLevelSilent,
	})
	for _, e := range append(r.Errors, r.Warnings...) {
		return nil, fmt.Errorf("section %s, line %d: %s", name, e.Location.Line, e.Text)
	}
	return []byte(strings.TrimSpace(string(r.Code))), nil
}
