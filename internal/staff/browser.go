package staff

import "strings"

// browsers are families by what their User-Agent holds; the first that fits
// counts, for most of them also name those that they descend from.
var browsers = []struct{ mark, name string }{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi", "Vivaldi"}, {"SamsungBrowser", "Samsung Internet"}, {"YaBrowser", "Yandex Browser"},
	{"FxiOS", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS", "Chrome"}, {"Chromium", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

// Browser is the family of a browser, "" where it is not known. Nothing finer is
// kept about where somebody is signed in.
func Browser(userAgent string) string {
	for _, b := range browsers {
		if strings.Contains(userAgent, b.mark) {
			return b.name
		}
	}
	return ""
}
