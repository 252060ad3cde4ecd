package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"path"
	"strings"
)

// The files of assets are made by web-src/build and committed; change
// web-src, never them.
//
//go:embed assets
var assetFiles embed.FS

// bundle is assets/manifest.json.
type bundle struct {
	Sections []string          `json:"sections"` // of the sheet, in the order of joining
	Files    map[string]string `json:"files"`    // plain name → name with hash
}

var built = readBundle()

// readBundle panics: the files are part of the binary, so that a fault in them
// is a defect which must not start.
func readBundle() bundle {
	var b bundle
	text, err := assetFiles.ReadFile("assets/manifest.json")
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		panic("web: assets/manifest.json: " + err.Error())
	}
	return b
}

// Asset returns a file that is served under /assets/, by the name with its
// hash, and its media type. The content of a name never changes, so that it
// may be kept for ever.
func Asset(name string) (body []byte, mediaType string, ok bool) {
	if !fs.ValidPath(name) || strings.Contains(name, "/") || name == "manifest.json" {
		return nil, "", false
	}
	body, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		return nil, "", false
	}
	return body, assetType(path.Ext(name)), true
}

// assetType does not ask the machine's own table, which differs between
// machines.
func assetType(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(ext)
}

// AssetPath returns the address of an asset by its plain name, such as
// "icon.svg"; "" where there is none.
func AssetPath(plain string) string {
	if hashed, ok := built.Files[plain]; ok {
		return "/assets/" + hashed
	}
	return ""
}
