package news

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const maxSlug = 200 // bytes

// german writes out what other languages only drop the marks of.
var german = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")

// letters that have no decomposition into a plain one.
var plainLetter = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ı", "i")

// Slug makes the last part of an address of a text: small letters and digits of
// any script, Latin ones without marks, joined by hyphens, at most 80 bytes cut
// between words. It is "" where the text has no letter or digit.
func Slug(text, lang string) string {
	text = strings.ToLower(text)
	if strings.HasPrefix(lang, "de") {
		text = german.Replace(norm.NFC.String(text))
	}
	text = norm.NFD.String(plainLetter.Replace(text))
	var b strings.Builder
	gap, latin := false, false
	for _, r := range text {
		switch {
		case unicode.IsMark(r) && latin, r == '\'', r == '’':
			continue
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r) && b.Len() > 0:
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		default:
			gap = true
		}
		latin = unicode.Is(unicode.Latin, r)
	}
	return shorten(norm.NFC.String(b.String()), 80)
}

func shorten(slug string, limit int) string {
	if len(slug) <= limit {
		return slug
	}
	if i := strings.LastIndexByte(slug[:limit+1], '-'); i > limit/3 {
		return slug[:i]
	}
	for limit > 0 && slug[limit]&0xc0 == 0x80 {
		limit--
	}
	return slug[:limit]
}

// ValidSlug tells whether a text can be the last part of an address.
func ValidSlug(s string) bool {
	if s == "" || len(s) > maxSlug || s == "." || s == ".." || CleanPath("/"+s) != "/"+s {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("-_.~", r) {
			return false
		}
	}
	return true
}

// CleanPath brings a decoded path into the form that addresses are kept and
// looked up in: NFC, small letters, no control
// characters, one slash at a time, none at the end.
func CleanPath(path string) string {
	path = norm.NFC.String(strings.ToLower(norm.NFC.String(printable(path))))
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return "/" + strings.Join(parts, "/")
}

// oldQueries are the parameters by which WordPress names things: the first one
// present decides.
var oldQueries = []string{"p", "page_id", "attachment_id", "cat", "tag", "author", "feed", "m"}

// OldQuery returns the form in which an old query address such as /?p=12 is
// kept, "" where the query is not one.
func OldQuery(q url.Values) string {
	for _, k := range oldQueries {
		if v := q.Get(k); v != "" && len(v) < 200 {
			if k == "m" && len(v) > 6 {
				v = v[:6] // a day; its month is what there is
			}
			return "/?" + k + "=" + strings.ToLower(printable(v))
		}
	}
	return ""
}

// QueryPath is the form in which an old address with a query, such as
// /story.php?id=12, is kept: the parameters by their names. A clean path without
// a query is itself.
func QueryPath(clean string, q url.Values) string {
	if len(q) == 0 {
		return clean
	}
	return clean + "?" + strings.ToLower(printable(q.Encode()))
}

// printable drops what no address holds and PostgreSQL refuses: control
// characters and bytes that are not UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
