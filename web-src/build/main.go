package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"masthead.dev/masthead/internal/document"
)

const target = "internal/web/assets"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "web-src/build:", err)
		os.Exit(1)
	}
}

// run replaces the target folder's files. It must be started at the root of
// the tree.
func run() error {
	if _, err := os.Stat("web-src/css"); err != nil {
		return fmt.Errorf("run it from the root of the tree: %w", err)
	}
	if err := describe("web-src/editor/schema.json"); err != nil {
		return err
	}
	files, err := bundle(os.DirFS("web-src"))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	for name, b := range files {
		p := filepath.Join(target, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, b, 0o644); err != nil { //nolint:gosec // public files
			return err
		}
	}
	fmt.Printf("%d files in %s\n", len(files), target)
	return nil
}

// describe writes what the editor must know of the document's blocks.
func describe(file string) error {
	b, err := json.MarshalIndent(document.Describe(), "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644) //nolint:gosec // a source file
}
