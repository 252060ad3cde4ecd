package document

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// provider is a site whose players and posts newsrooms embed.
type provider struct {
	name  string // stable, as stored in Embed.Provider
	hosts []string
	// page turns the address of a player into the page that a reader would open;
	// it returns "" for an address that is no player or post.
	page func(*url.URL) string
}

var providers = []provider{
	{"youtube", []string{"youtube.com", "youtube-nocookie.com", "youtu.be"}, youtubePage},
	{"vimeo", []string{"vimeo.com"}, vimeoPage},
	{"soundcloud", []string{"soundcloud.com"}, soundcloudPage},
	{"x", []string{"twitter.com", "x.com"}, pathLike(`/status(es)?/\d+|^/i/`)},
	{"instagram", []string{"instagram.com", "instagr.am"}, pathLike(`^/(p|reel|tv)/`)},
	{"facebook", []string{"facebook.com", "fb.watch"}, facebookPage},
	{"tiktok", []string{"tiktok.com"}, pathLike(`/video/|/embed/|^/t/`)},
	{"spotify", []string{"spotify.com"}, spotifyPage},
	{"datawrapper", []string{"datawrapper.de", "dwcdn.net"}, anyPath},
	{"flourish", []string{"flourish.studio"}, anyPath},
	{"documentcloud", []string{"documentcloud.org"}, anyPath},
	{"dailymotion", []string{"dailymotion.com", "dai.ly"}, dailymotionPage},
	{"ted", []string{"ted.com"}, pathLike(`^/talks/`)},
	{"flickr", []string{"flickr.com", "flic.kr"}, pathLike(`^/photos/|^/p/`)},
	{"reddit", []string{"reddit.com"}, pathLike(`/comments/`)},
	{"bluesky", []string{"bsky.app"}, pathLike(`/post/`)},
	{"wordpresstv", []string{"wordpress.tv"}, pathLike(`^/\d{4}/`)},
	{"videopress", []string{"videopress.com"}, pathLike(`^/(v|embed)/`)},
	{"scribd", []string{"scribd.com"}, pathLike(`^/(doc|document|embeds)/`)},
	{"slideshare", []string{"slideshare.net"}, anyPath},
	{"mixcloud", []string{"mixcloud.com"}, anyPath},
	{"googlemaps", []string{"google.com", "google.de", "google.co.uk"}, pathLike(`^/maps`)},
	{"openstreetmap", []string{"openstreetmap.org"}, anyPath},
	{"gist", []string{"gist.github.com"}, anyPath},
}

// ProviderOf finds the known site that an address belongs to, and the address of
// the page behind a player's address. ok is false for an unknown site, and for
// pages of a known one that can't be embedded (somebody's profile, say).
func ProviderOf(address string) (name, page string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || !isWeb(address) {
		return "", "", false
	}
	host := strings.ToLower(u.Hostname())
	for _, p := range providers {
		if !hostIn(host, p.hosts) {
			continue
		}
		page = p.page(u)
		return p.name, page, page != "" && urlFault(page) == ""
	}
	return "", "", false
}

func hostIn(host string, hosts []string) bool {
	for _, h := range hosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}

func anyPath(u *url.URL) string {
	if len(u.Path) < 2 {
		return ""
	}
	return u.String()
}

func pathLike(pattern string) func(*url.URL) string {
	re := regexp.MustCompile(pattern)
	return func(u *url.URL) string {
		if !re.MatchString(u.Path) {
			return ""
		}
		return u.String()
	}
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// youtubePage knows watch, embed, v, shorts, live and the short host. A list
// without a film keeps its own address.
func youtubePage(u *url.URL) string {
	q := u.Query()
	film := q.Get("v")
	dir, last := path.Split(path.Clean(u.Path))
	switch {
	case strings.HasSuffix(u.Hostname(), "youtu.be"):
		film = last
	case dir == "/embed/" || dir == "/v/" || dir == "/shorts/" || dir == "/live/":
		// Old players put their options behind an &, without a question mark.
		film, _, _ = strings.Cut(last, "&")
	}
	if q.Get("list") != "" && (film == "" || film == "videoseries") {
		return "https://www.youtube.com/playlist?list=" + url.QueryEscape(q.Get("list"))
	}
	if !plainID.MatchString(film) {
		return ""
	}
	out := "https://www.youtube.com/watch?v=" + film
	start := q.Get("start")
	if start == "" {
		start = strings.TrimSuffix(q.Get("t"), "s")
	}
	if plainID.MatchString(start) {
		out += "&t=" + start + "s"
	}
	return out
}

func vimeoPage(u *url.URL) string {
	last := path.Base(u.Path)
	if strings.HasPrefix(u.Path, "/video/") && plainID.MatchString(last) {
		return "https://vimeo.com/" + last
	}
	if !strings.ContainsAny(last, "0123456789") {
		return ""
	}
	return u.String()
}

func soundcloudPage(u *url.URL) string {
	if inner := u.Query().Get("url"); strings.HasPrefix(u.Hostname(), "w.") && isWeb(inner) {
		return cleanURL(inner)
	}
	return anyPath(u)
}

func spotifyPage(u *url.URL) string {
	if rest, ok := strings.CutPrefix(u.Path, "/embed/"); ok {
		return "https://open.spotify.com/" + rest
	}
	return anyPath(u)
}

func facebookPage(u *url.URL) string {
	if inner := u.Query().Get("href"); strings.HasPrefix(u.Path, "/plugins/") && isWeb(inner) {
		return cleanURL(inner)
	}
	for _, part := range []string{"/posts/", "/videos/", "/photo", "/watch", "/reel/", "/events/", "/story.php", "/permalink"} {
		if strings.Contains(u.Path, part) {
			return u.String()
		}
	}
	if u.Hostname() == "fb.watch" {
		return anyPath(u)
	}
	return ""
}

func dailymotionPage(u *url.URL) string {
	if i := strings.Index(u.Path, "/video/"); i >= 0 && plainID.MatchString(path.Base(u.Path)) {
		return "https://www.dailymotion.com/video/" + path.Base(u.Path)
	}
	return anyPath(u)
}
