package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
)

// archive packs files as a registry does, in one folder.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func integrity(b []byte) string {
	sum := sha512.Sum512(b)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// tree is a web-src with one package, which lock may alter.
func tree(t *testing.T, alter func(l *Locked)) fstest.MapFS {
	t.Helper()
	b := archive(t, map[string]string{"package.json": `{"name":"greet","version":"1.2.3","license":"MIT","exports":{"import":"./index.js"}}`,
		"LICENSE": "Do as you like.", "index.js": `export const hello = who => "hello " + who; export const unused = "never asked for"`})
	l := Locked{Name: "greet", Version: "1.2.3", File: "greet-1.2.3.tgz", Integrity: integrity(b), Licence: "MIT"}
	if alter != nil {
		alter(&l)
	}
	lock, err := json.Marshal(map[string][]Locked{"packages": {l}})
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"packages/lock.json": {Data: lock}, "packages/greet-1.2.3.tgz": {Data: b},
		"editor/main.ts": {Data: []byte(`import { hello } from "greet"` + "\n" + `import { name } from "./who"` + "\n" + `console.log(hello(name))`)},
		"editor/who.ts":  {Data: []byte(`export const name: string = "world"`)}}
}

func TestAScriptIsJoinedWithItsPackagesAndNothingElse(t *testing.T) {
	src := tree(t, nil)
	p, err := Read(src)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Script(src, p, "editor/main.ts")
	if err != nil {
		t.Fatal(err)
	}
	code := string(first.Code)
	if !strings.Contains(code, "hello ") || !strings.Contains(code, "world") || strings.Contains(code, "never asked for") || strings.Contains(code, "import") {
		t.Errorf("made %s", code)
	}
	again, err := Script(src, p, "editor/main.ts")
	if err != nil || !bytes.Equal(first.Code, again.Code) {
		t.Errorf("the same sources gave other bytes: %v", err)
	}
	notices, err := p.Notices(first.Used)
	if err != nil || !strings.Contains(notices, "greet 1.2.3") || !strings.Contains(notices, "Do as you like.") {
		t.Errorf("the notices are %q, %v", notices, err)
	}
}

func TestAPackageThatIsNotWhatTheLockNamesIsRefused(t *testing.T) {
	for what, alter := range map[string]func(l *Locked){
		"integrity": func(l *Locked) { l.Integrity = integrity([]byte("other")) },
		"version":   func(l *Locked) { l.Version = "9.9.9" },
		"licence":   func(l *Locked) { l.Licence = "GPL-3.0" },
		"file":      func(l *Locked) { l.File = "missing.tgz" },
	} {
		if _, err := Read(tree(t, alter)); err == nil {
			t.Errorf("another %s was taken", what)
		}
	}
	src := tree(t, nil)
	src["packages/stray-1.0.0.tgz"] = &fstest.MapFile{Data: []byte("x")}
	if _, err := Read(src); err == nil || !strings.Contains(err.Error(), "stray") {
		t.Errorf("an archive that nobody named: %v", err)
	}
}

func TestAScriptThatImportsWhatIsNotThereIsRefused(t *testing.T) {
	for _, text := range []string{`import "unknown"`, `import "./nowhere"`, `const x: = 1`} {
		src := tree(t, nil)
		src["editor/main.ts"] = &fstest.MapFile{Data: []byte(text)}
		p, err := Read(src)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Script(src, p, "editor/main.ts"); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}
