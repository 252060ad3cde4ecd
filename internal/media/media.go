// Package media knows pictures: which files are one, what sizes readers get, how
// those are made, and under which names they are kept and served. It does no I/O.
//
// The original is kept as it came and is never served. Readers get renditions:
// turned upright, scaled, and encoded anew, so that no metadata (camera, owner,
// position) gets out.
package media

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States of a picture.
const (
	Waiting = "waiting" // the renditions are not made yet
	Ready   = "ready"
	Refused = "refused" // the file turned out not to be a readable picture
)

// RightsWarning is how long before the end of a picture's rights the newsroom is
// told.
const RightsWarning = 14 * 24 * time.Hour

// Picture is a picture as the newsroom keeps it.
type Picture struct {
	ID          string
	Hash        string // SHA-256 of the original, hex
	PixelHash   string // see Rendered
	Mime        string // of the original
	Width       int    // of the original, upright
	Height      int
	Bytes       int64
	OriginalKey string // in the blob store
	Filename    string // as it was uploaded
	Credit      string
	Rights      string
	RightsUntil time.Time // zero: not limited
	FocalX      int       // ten-thousandths of the whole width, 0–10000; see Point
	FocalY      int
	Decorative  bool
	Alt         map[string]string // language → text
	Caption     map[string]string
	State       string
	Refusal     string // why it was refused, a sentence
	CreatedAt   time.Time
	CreatedBy   string   // a staff id, "" for an import
	Crop        Crop     // what of the original is shown
	Marks       []string // what the file held beside its pixels; see Marks
	Uses        int      // texts and places that show it, public or not
	Twin        string   // id of the oldest picture that looks the same, "" for none
	Renditions  []Stored // smallest first
	Card        *Stored  // for shared links: cut to their proportion round the focal point
	Whole       *Stored  // all of a picture that has a crop, for the desk alone
}

// Stored is a rendition in the blob store.
type Stored struct {
	Size
	Ext   string
	Bytes int64
	Key   string
	Face  string // the hash in its public address; see Picture.Face
	Cut   string // CutNone, CutCard or CutWhole
}

// How a rendition was cut.
const (
	CutNone  = ""      // to the picture's crop, in its own proportion
	CutCard  = "card"  // for shared links
	CutWhole = "whole" // not at all, where the picture has a crop
)

// Usable tells whether readers may be shown the picture at that time: it has
// renditions, and its rights have not run out.
func (p Picture) Usable(now time.Time) bool {
	return p.State == Ready && len(p.Renditions) > 0 && (p.RightsUntil.IsZero() || now.Before(p.RightsUntil))
}

// Fit returns the smallest rendition that is at least so wide, else the largest;
// false where there is none. For pages that name one size (an old browser's src,
// a feed, a preview of a link).
func (p Picture) Fit(width int) (Stored, bool) {
	for _, r := range p.Renditions {
		if r.Width >= width {
			return r, true
		}
	}
	if n := len(p.Renditions); n > 0 {
		return p.Renditions[n-1], true
	}
	return Stored{}, false
}

// Src is the public address of a rendition of the picture.
func (p Picture) Src(r Stored) string { return Path(r.Face, r.Width, r.Ext) }

// Sort puts renditions where they belong, as they come from the store.
func (p *Picture) Sort(list []Stored) {
	p.Renditions, p.Card, p.Whole = nil, nil, nil
	for _, r := range list {
		switch r.Cut {
		case CutCard:
			p.Card = &r
		case CutWhole:
			p.Whole = &r
		default:
			p.Renditions = append(p.Renditions, r)
		}
	}
}

// All are its renditions of every cut.
func (p Picture) All() []Stored {
	out := slices.Clone(p.Renditions)
	for _, r := range []*Stored{p.Card, p.Whole} {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out
}

// SrcSet lists all renditions for an img element's srcset, "" where there are
// fewer than two to choose from.
func (p Picture) SrcSet() string {
	if len(p.Renditions) < 2 {
		return ""
	}
	list := make([]string, len(p.Renditions))
	for i, r := range p.Renditions {
		list[i] = p.Src(r) + " " + strconv.Itoa(r.Width) + "w"
	}
	return strings.Join(list, ", ")
}

// Path returns the public address of a rendition.
func Path(hash string, width int, ext string) string {
	return fmt.Sprintf("/media/%s/%d.%s", hash, width, ext)
}

// ParsePath takes a public address apart. It accepts only what Path returns.
func ParsePath(path string) (hash string, width int, ext string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/media/")
	hash, file, ok2 := strings.Cut(rest, "/")
	digits, ext, ok3 := strings.Cut(file, ".")
	width, err := strconv.Atoi(digits)
	if !ok || !ok2 || !ok3 || err != nil || TypeOf(ext) == "" || Path(hash, width, ext) != path || !isHash(hash) || width < 1 {
		return "", 0, "", false
	}
	return hash, width, ext, true
}

func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// TypeOf returns the media type of a file extension of ours, "" for any other.
func TypeOf(ext string) string {
	switch ext {
	case "jpg":
		return "image/jpeg"
	case "png":
		return "image/png"
	case "gif":
		return "image/gif"
	case "webp":
		return "image/webp"
	}
	return ""
}

// originalKey and renditionKey are names in the blob store, fanned out so that
// no folder grows beyond some thousands of entries.
func originalKey(hash, ext string) string {
	return fmt.Sprintf("original/%s/%s.%s", hash[:2], hash, ext)
}

// RenditionKey is the name of a rendition in the blob store.
func RenditionKey(face string, width int, ext string) string {
	return fmt.Sprintf("rendition/%s/%s/%d.%s", face[:2], face, width, ext)
}
