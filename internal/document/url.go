package document

import (
	"net/url"
	"strings"
)

// schemes that an address in a document may have. All others could run script,
// read local files or start programs.
var schemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// urlFault says what is wrong with an address, "" when nothing is. Relative
// addresses and fragments are fine.
func urlFault(s string) string {
	if len(s) > maxURL {
		return "is an address longer than 8192 bytes"
	}
	for _, r := range s {
		if r <= 0x20 || !isText(r) {
			return "is an address with spaces or control characters in it"
		}
	}
	if scheme := schemeOf(s); scheme != "" && !schemes[scheme] {
		return "is an address that begins with " + scheme + ":, and only http, https, mailto, tel and relative ones are allowed"
	}
	return ""
}

// schemeOf returns what stands before the first colon, where a browser would
// take that for a scheme, in lower case.
func schemeOf(s string) string {
	i := strings.IndexAny(s, ":/?#")
	if i < 0 || s[i] != ':' {
		return ""
	}
	return strings.ToLower(s[:i])
}

func isWeb(s string) bool {
	scheme := schemeOf(s)
	return (scheme == "http" || scheme == "https") && strings.Contains(s, "://")
}

// cleanURL mends an address from a foreign page as browsers do: spaces at the
// ends and control characters go, inner spaces are escaped. It returns "" for
// one that may not be kept.
func cleanURL(s string) string {
	s = strings.TrimFunc(strings.ToValidUTF8(s, "%EF%BF%BD"), func(r rune) bool { return r <= 0x20 })
	if strings.ContainsFunc(s, func(r rune) bool { return r <= 0x20 || !isText(r) }) {
		var b strings.Builder
		for _, r := range s {
			switch {
			case r == ' ':
				b.WriteString("%20")
			case r > 0x20 && isText(r):
				b.WriteRune(r)
			}
		}
		s = b.String()
	}
	for i := range min(2, len(s)) { // browsers take a leading \ for /
		if s[i] == '\\' && strings.Trim(s[:i], "/") == "" {
			s = s[:i] + "/" + s[i+1:]
		}
	}
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	if urlFault(s) != "" {
		return ""
	}
	return s
}

// resolve makes an address absolute; without a base, or for a fragment or
// something that can't be parsed, it returns it as it is.
func resolve(base *url.URL, s string) string {
	if base == nil || s == "" || strings.HasPrefix(s, "#") {
		return s
	}
	ref, err := url.Parse(s)
	if err != nil || ref.IsAbs() {
		return s
	}
	if out := base.ResolveReference(ref).String(); urlFault(out) == "" {
		return out
	}
	return s
}

// hostOf returns the host of an address without www., for people to read.
func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
