package site

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/web"
)

// media serves a size of a picture while something published shows it.
func (s *Site) media(ctx context.Context, r *web.Request) (web.Page, error) {
	hash, width, ext, ok := media.ParsePath(r.URL.Path)
	if !ok || !get(r) {
		return web.Page{}, errNotThere
	}
	f, err := s.Store.ServedMedia(ctx, hash, width, ext)
	if err != nil {
		return web.Page{}, err
	}
	body, err := blob.Read(ctx, s.Blobs, f.Key)
	if err != nil {
		return web.Page{}, err
	}
	// Kept by us until anything published changes; by others for good, unless its
	// rights end.
	page := web.Page{Type: media.TypeOf(ext), Body: body, Cache: web.Immutable, Deps: []string{"articles", "media:" + f.Media}}
	if !f.Until.IsZero() {
		page.Cache = web.Short
		if left := f.Until.Sub(s.Clock.Now()); left < time.Hour { // nobody shows it longer than it may be shown
			page.Header = http.Header{"Cache-Control": {"public, max-age=" + strconv.Itoa(int(left/time.Second))}}
		}
	}
	return page, nil
}

// asset serves a file of ours or of the outlet, whose name holds a hash of its
// content.
func (s *Site) asset(ctx context.Context, r *web.Request) (web.Page, error) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	if !get(r) {
		return web.Page{}, errNotThere
	}
	if body, mediaType, ok := web.Asset(name); ok {
		return web.Page{Type: mediaType, Body: body, Cache: web.Immutable}, nil
	}
	body, ext, err := s.Store.OutletFile(ctx, name)
	if err != nil {
		return web.Page{}, err
	}
	return web.Page{Type: media.TypeOf(ext), Body: body, Cache: web.Immutable, Deps: []string{"settings"}}, nil
}

// favicon leads programs that look for it by name to the icon.
func (s *Site) favicon(ctx context.Context, _ *web.Request) (web.Page, error) {
	o, err := s.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	if o.Look.Icon != nil {
		return web.Moved(o.Look.Icon.Path(), "settings"), nil
	}
	return web.Moved(web.AssetPath("icon.svg"), "settings"), nil
}

// healthz tells that the program runs.
func (s *Site) healthz(context.Context, *web.Request) (web.Page, error) {
	return web.Page{Type: plainText, Body: []byte("ok\n")}, nil
}

// readyz tells that it can serve: the database answers.
func (s *Site) readyz(ctx context.Context, _ *web.Request) (web.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := s.Store.ChangeSeq(ctx)
	if err == nil && s.Ready != nil {
		err = s.Ready(ctx)
	}
	if err != nil {
		return web.Page{Status: http.StatusServiceUnavailable, Type: plainText, Body: []byte("not ready\n")}, nil
	}
	return web.Page{Type: plainText, Body: []byte("ready\n")}, nil
}

// securityTxt says where to report a hole (RFC 9116).
func (s *Site) securityTxt(ctx context.Context, _ *web.Request) (web.Page, error) {
	o, err := s.outlet(ctx)
	if err != nil {
		return web.Page{}, err
	}
	contact := first(o.Security, o.Email)
	if contact == "" {
		return web.Page{}, errNotThere
	}
	now := s.Clock.Now().UTC().Truncate(24 * time.Hour)
	lines := []string{"Contact: mailto:" + contact, "Expires: " + now.AddDate(0, 6, 0).Format(time.RFC3339), "Preferred-Languages: " + strings.Join(o.Langs(), ", ")}
	if o.BaseURL != "" {
		lines = append(lines, "Canonical: "+o.URL("/.well-known/security.txt"))
	}
	return web.Page{Type: plainText, Body: []byte(strings.Join(lines, "\n") + "\n"), Cache: web.Public, Deps: []string{"settings"}, Until: now.AddDate(0, 0, 1)}, nil
}
