package main

import (
	"fmt"
	"os"
	"path/filepath"
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
