// Package pack joins scripts of web-src with the packages that they import into
// one file. The packages lie in web-src/packages as their authors published
// them; lock.json there names each with the SHA-512 of its archive, and nothing
// is used that does not match. No network and no other tool is needed.
package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Locked is one package of lock.json.
type Locked struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	File      string `json:"file"`
	Integrity string `json:"integrity"` // "sha512-" and base64, as registries publish it
	Licence   string `json:"licence"`   // SPDX name
}

// Packages are the archives, checked and unpacked in memory.
type Packages struct {
	Locked []Locked
	files  map[string]map[string][]byte // package → path → content
}

// maxFile bounds one file of an archive; the largest today has some 300 KB.
const maxFile = 8 << 20

// Read checks and unpacks all archives of the folder packages. An archive that
// the lock does not name is an error too.
func Read(src fs.FS) (*Packages, error) {
	b, err := fs.ReadFile(src, "packages/lock.json")
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages []Locked `json:"packages"`
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, fmt.Errorf("packages/lock.json: %w", err)
	}
	p := &Packages{Locked: lock.Packages, files: map[string]map[string][]byte{}}
	named := []string{}
	for _, l := range lock.Packages {
		if err := p.unpack(src, l); err != nil {
			return nil, fmt.Errorf("packages/%s: %w", l.File, err)
		}
		named = append(named, "packages/"+l.File)
	}
	found, err := fs.Glob(src, "packages/*.tgz")
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if !slices.Contains(named, f) {
			return nil, fmt.Errorf("%s is not in packages/lock.json", f)
		}
	}
	return p, nil
}

func (p *Packages) unpack(src fs.FS, l Locked) error {
	archive, err := fs.ReadFile(src, "packages/"+l.File)
	if err != nil {
		return err
	}
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != l.Integrity {
		return fmt.Errorf("is not the archive that lock.json names: its integrity is %s", got)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	p.files[l.Name] = files
	for r := tar.NewReader(unzipped); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return p.check(l)
		}
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(path.Clean(head.Name), "/") // the first folder's name is the packer's choice
		if files[name], err = io.ReadAll(io.LimitReader(r, maxFile)); err != nil {
			return err
		}
	}
}

// meta is what matters of a package.json.
type meta struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	License string `json:"license"`
	Module  string `json:"module"`
	Exports struct {
		Import string `json:"import"`
	} `json:"exports"`
}

func (p *Packages) meta(name string) (m meta, err error) {
	files, ok := p.files[name]
	if !ok {
		return m, fmt.Errorf("the package %s is not in packages/lock.json", name)
	}
	return m, json.Unmarshal(files["package.json"], &m)
}

// check compares what the lock says with what the package says of itself.
func (p *Packages) check(l Locked) error {
	m, err := p.meta(l.Name)
	if err != nil {
		return err
	}
	if m.Name != l.Name || m.Version != l.Version || m.License != l.Licence {
		return fmt.Errorf("holds %s %s under %s, lock.json says otherwise", m.Name, m.Version, m.License)
	}
	return nil
}

// entry is the path of the module that importing the package gives.
func (p *Packages) entry(name string) (string, error) {
	m, err := p.meta(name)
	if err != nil {
		return "", err
	}
	for _, file := range []string{m.Exports.Import, m.Module} {
		if file = strings.TrimPrefix(file, "./"); p.files[name][file] != nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("the package %s names no module to import", name)
}

// Notices is the text that must go with a bundle: names, versions and licences
// of the packages given.
func (p *Packages) Notices(used []string) (string, error) {
	var b strings.Builder
	b.WriteString("The editor's script holds these packages.\n")
	for _, l := range p.Locked {
		if !slices.Contains(used, l.Name) {
			continue
		}
		licence := p.files[l.Name]["LICENSE"]
		if len(licence) == 0 {
			return "", fmt.Errorf("the package %s has no LICENSE file", l.Name)
		}
		fmt.Fprintf(&b, "\n%s %s\n\n%s\n", l.Name, l.Version, strings.TrimSpace(string(licence)))
	}
	return b.String(), nil
}
