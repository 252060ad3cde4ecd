package pack

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"
)

// Bundle is a finished script.
type Bundle struct {
	Code []byte
	Used []string // the packages in it, in order of the alphabet
}

// Script joins a script (a path in src, such as "editor/main.ts") with all that
// it imports, for browsers of 2022 and later, in one minified file that runs by
// itself. The same sources give the same bytes.
func Script(src fs.FS, p *Packages, entry string) (Bundle, error) {
	var used usage
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{entry}, Bundle: true, Write: false, Outfile: "out.js",
		Format: api.FormatIIFE, Target: api.ES2022, Platform: api.PlatformBrowser, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		LogLevel: api.LogLevelSilent, Plugins: []api.Plugin{sources(src, p, &used)},
		TsconfigRaw: `{"compilerOptions":{"strict":true}}`,
	})
	if faults := append(r.Errors, r.Warnings...); len(faults) > 0 {
		if at := faults[0].Location; at != nil {
			return Bundle{}, fmt.Errorf("%s, line %d: %s", at.File, at.Line, faults[0].Text)
		}
		return Bundle{}, fmt.Errorf("%s: %s", entry, faults[0].Text)
	}
	return Bundle{Code: bytes.TrimSpace(r.OutputFiles[0].Contents), Used: used.sorted()}, nil
}

// usage is which packages a script took from. esbuild loads files in many
// goroutines at once.
type usage struct {
	mu    sync.Mutex
	names []string
}

func (u *usage) add(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !slices.Contains(u.names, name) {
		u.names = append(u.names, name)
	}
}

func (u *usage) sorted() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Sorted(slices.Values(u.names))
}

// Where a path that esbuild hands about is to be looked up.
const (
	own     = "web-src"
	foreign = "package"
)

// sources lets esbuild read from src and from the archives, and nowhere else.
func sources(src fs.FS, p *Packages, used *usage) api.Plugin {
	return api.Plugin{Name: "sources", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return resolve(p, a)
		})
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: own}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := fs.ReadFile(src, a.Path)
			return loaded(string(text), a.Path), err
		})
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: foreign}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			name, file, _ := strings.Cut(a.Path, "/")
			text, ok := p.files[name][file]
			if !ok {
				return api.OnLoadResult{}, fmt.Errorf("the package %s has no file %s", name, file)
			}
			used.add(name)
			return loaded(string(text), a.Path), nil
		})
	}}
}

func loaded(text, file string) api.OnLoadResult {
	loader := api.LoaderJS
	switch path.Ext(file) {
	case ".ts":
		loader = api.LoaderTS
	case ".json":
		loader = api.LoaderJSON
	}
	return api.OnLoadResult{Contents: &text, Loader: loader}
}

func resolve(p *Packages, a api.OnResolveArgs) (api.OnResolveResult, error) {
	if a.Kind == api.ResolveEntryPoint {
		return api.OnResolveResult{Path: a.Path, Namespace: own}, nil
	}
	if strings.HasPrefix(a.Path, ".") {
		file := path.Join(path.Dir(a.Importer), a.Path)
		if a.Namespace == own && path.Ext(file) != ".json" {
			file += ".ts"
		}
		return api.OnResolveResult{Path: file, Namespace: a.Namespace}, nil
	}
	file, err := p.entry(a.Path)
	if err != nil {
		return api.OnResolveResult{}, err
	}
	// unused exports of a package may be left out
	return api.OnResolveResult{Path: a.Path + "/" + file, Namespace: foreign, SideEffects: api.SideEffectsFalse}, nil
}
