package program

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Words that occur nowhere but in what donors of this test write about
// themselves. Parts of an address or a name are looked for by themselves, so
// that no half of one gets out either.
var (
	secretWords = []string{
		"hush.postbox", "quietlamp", "zelphira", // gave once, was partly refunded
		"open.postbox",                             // the address of the one who shared the name
		"steady.postbox", "evermonth", "plannelia", // gives monthly
		"wire.postbox", "riverdeep", "bankwin", // gave by bank
		"farpayer", "strangella", "0004429991", // wrote no reference; waits for a person
		stranger,
	}
	sharedWords = []string{"openhand", "orvandel"}
)

// stranger is of somebody who never gave and only asked for a sign-in link.
const stranger = "knock.postbox"

// A newsroom that donors of every kind have given to, then everything that the
// public, other programs and a reporter can get of it.
func TestNoAddressAndNoUnsharedNameLeavesTheTreasury(t *testing.T) {
	for _, e := range []engine{sqlite, postgres} {
		if e == postgres && !torture() {
			continue // the same pages from the same rows
		}
		t.Run(string(e), func(t *testing.T) {
			s := start(t, append([]string{"demo", "--seed", seed, "--at", at}, e.database(t)...)...)
			pages := s.giveAsEverybody(t)
			supporters := fmt.Sprint("/books/supporters/", at[:4])
			within(t, patience, func() error {
				if len(wordsIn(s.get(t, supporters).Body, sharedWords)) != len(sharedWords) {
					return fmt.Errorf("%s does not name who wanted to be named", supporters)
				}
				return nil
			})
			s.publicHides(t, append(pages, supporters, "/de"+supporters, "/fa"+supporters))
			s.exportsHide(t)
			s.deskHides(t)
			if found := wordsIn([]byte(s.Log.String()), slices.Concat(secretWords, sharedWords)); len(found) > 0 {
				t.Errorf("the log holds %q", found)
			}
		})
	}
}

// person fills in the giving form. It is sent to begin a gift.
func person(f form, email, name, by string, share bool) form {
	f.Values.Set("email", email+"@readers.example")
	f.Values.Set("name", name)
	f.Values.Set("by", by)
	if share {
		f.Values.Set("wall", "on")
	}
	return f
}

// giveAsEverybody lets each kind of donor do what such donors do, and returns the
// pages that they were shown.
func (s *server) giveAsEverybody(t *testing.T) (pages []string) {
	t.Helper()
	campaign := s.campaign(t)
	forms := s.forms(t, campaign, 4)
	give := func(i int, amount, every, email, name, by string, share bool) string {
		f := person(forms[i], email, name, by, share)
		page, session := s.begin(t, f, amount, every, f.Values.Get("email"))
		donation, _, _ := strings.Cut(f.Values.Get("nonce"), ".")
		pages = append(pages, "/give/thanks/"+donation, page)
		return session
	}
	refund := s.steer(t, `{"do":"pay","ref":"`+give(0, "40", "once", "hush.postbox", "Zelphira Quietlamp", "sandbox", false)+`"}`)
	s.steer(t, `{"do":"pay","ref":"`+give(1, "41", "once", "open.postbox", "Orvandel Openhand", "sandbox", true)+`"}`)
	s.steer(t, `{"do":"pay","ref":"`+give(2, "42", "month", "steady.postbox", "Plannelia Evermonth", "sandbox", false)+`"}`)
	give(3, "43", "once", "wire.postbox", "Bankwin Riverdeep", "bank", false)
	s.steer(t, `{"do":"refund","ref":"`+refund+`","amount":1000}`)
	s.reconcileMarked(t, referenceForm.FindString(string(s.get(t, pages[len(pages)-1]).Body)))

	knock := formOf(t, s.get(t, "/my").Body, "main form[method=post]")
	knock.Values.Set("email", stranger+"@readers.example")
	if a := s.post(t, knock); a.Status >= 500 {
		t.Errorf("asking for a sign-in link answers %d", a.Status)
	}
	wrong := s.forms(t, campaign, 1)[0]
	wrong.Values.Set("own", "much")
	s.post(t, person(wrong, "hush.postbox", "Zelphira Quietlamp", "sandbox", false)) // a form that is refused
	s.steer(t, `{"do":"dispute","ref":"`+refund+`","amount":500}`)
	s.steer(t, `{"do":"advance","days":1}`) // the round: receipts, names on the books, letters
	return pages
}

// reconcileMarked reads a statement of the demo's bank in, with a gift and a
// payment that nobody can place.
func (s *server) reconcileMarked(t *testing.T, reference string) {
	t.Helper()
	if reference == "" {
		t.Fatal("the page of the transfer shows no reference")
	}
	text := strings.Join([]string{":20:LANTERN", ":25:0004417822", ":28C:1/1", ":60F:C261120USD1000,00",
		":61:2611201120C43,00NTRFNONREF//P1", ":86:?20" + reference + "?32BANKWIN RIVERDEEP",
		":61:2611201120C44,00NTRFNONREF//P2", ":86:?20for zelphira's paper?310004429991?32STRANGELLA FARPAYER", ":62F:C261120USD1087,00", "-", ""}, "\r\n")
	file := filepath.Join(t.TempDir(), "marked.sta")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said := s.on(t, "reconcile", file, "--begin")
	if s.balance(t, "Liabilities:Unallocated", "USD") != -4400 {
		t.Fatalf("the statement was not read as it should be: %s", said)
	}
}

// publicHides crawls the public site; names that were shared may stand on the
// books.
func (s *server) publicHides(t *testing.T, more []string) {
	t.Helper()
	year := at[:4]
	c := s.crawl(t, append(more, "/", "/de", "/fa", "/robots.txt", "/sitemap.xml", "/news-sitemap.xml", "/feed.xml", "/atom.xml", "/feed.json", "/corrections.xml",
		"/books", "/books/"+year, "/books/"+at[:7], "/books.json", "/books.csv", "/books.json?period="+year, "/books.csv?period="+year, "/books/verify", "/books/heads.txt", "/books/heads.json",
		"/give", "/my", "/search?q=quietlamp", "/sandbox/api/state", "/healthz", "/readyz")...)
	if len(c.Pages) < 200 {
		t.Fatalf("only %d addresses were found", len(c.Pages))
	}
	for _, p := range c.sorted(func(*page) bool { return true }) {
		secret := secretWords
		if !strings.Contains(p.Path, "/books/supporters/") {
			secret = slices.Concat(secretWords, sharedWords)
		}
		body := p.Body
		if strings.HasPrefix(p.Path, "/search?q=") { // says what was searched for
			body = []byte(strings.ReplaceAll(string(body), p.Path[len("/search?q="):], ""))
		}
		if found := append(wordsIn(body, secret), wordsIn([]byte(fmt.Sprint(p.Header)), secret)...); len(found) > 0 {
			t.Errorf("%s (%d, linked from %s) tells of %q", p.Path, p.Status, p.From, found)
		}
	}
	t.Logf("%d public addresses", len(c.Pages))
}

func (s *server) exportsHide(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"export", "--format", "hledger"}, {"export", "--format", "beancount"}, {"export", "--format", "csv"}, {"export", "--format", "auditor"},
		{"balance"}, {"balance", "--json"}, {"verify"}, {"verify", "--json"},
	} {
		said := s.on(t, append([]string{"ledger"}, args...)...)
		if found := wordsIn([]byte(said), slices.Concat(secretWords, sharedWords)); len(found) > 0 || len(said) < 40 {
			t.Errorf("masthead ledger %q tells of %q in %d characters", args, found, len(said))
		}
	}
}

// deskHides walks the desk as the owner, who sees donors, and then asks for each
// of those pages as a reporter.
func (s *server) deskHides(t *testing.T) {
	t.Helper()
	owner := s.walkDesk(t, s.signIn(t), "/desk", "/desk/money/gifts", "/desk/money/donors", "/desk/money/plans", "/desk/money/lines", "/desk/money/suspense", "/desk/mailbox", "/desk/audit", "/desk/jobs")
	all := []byte{}
	for _, body := range owner {
		all = append(all, body...)
	}
	seen := wordsIn(all, slices.Concat(secretWords, sharedWords))
	for _, w := range slices.Concat(secretWords, sharedWords) { // or nothing is proven
		if !slices.Contains(seen, w) && w != stranger {
			t.Errorf("%q stands on none of the owner's %d pages", w, len(owner))
		}
	}
	cookie := s.reporter(t)
	own := s.walkDesk(t, cookie, "/desk")
	if len(own) < 3 || own["/desk/money"] == nil {
		t.Fatalf("the reporter can open only %d pages", len(own))
	}
	open := 0
	for path := range owner {
		if own[path] == nil {
			own[path] = s.get(t, path, "Cookie", cookie).Body
		}
	}
	for path, body := range own {
		if found := wordsIn(body, slices.Concat(secretWords, sharedWords)); len(found) > 0 {
			t.Errorf("a reporter reads %q at %s", found, path)
		}
		if s.get(t, path, "Cookie", cookie).Status == http.StatusOK {
			open++
		}
	}
	t.Logf("the owner opened %d pages of the desk, a reporter can open %d of them and their own", len(owner), open)
}

// reporter adds one to the newsroom and returns the Cookie header.
func (s *server) reporter(t *testing.T) string {
	t.Helper()
	var added struct{ Link string }
	said := s.on(t, "user", "add", "rita@lantern.example", "--name", "Rita Rook", "--role", "reporter", "--url", s.Base, "--json")
	if err := json.Unmarshal([]byte(said), &added); err != nil || added.Link == "" {
		t.Fatalf("user add: %v in %s", err, said)
	}
	return s.signInBy(t, added.Link, map[string]string{"password": "a lamp in every harbour 4"})
}

// mostDesk bounds a walk through the desk, which has no end where lists can be
// searched.
const mostDesk = 600

// walkDesk opens every page of the desk that links lead to, and returns what
// those say that can be opened.
func (s *server) walkDesk(t *testing.T, cookie string, from ...string) map[string][]byte {
	t.Helper()
	out, asked, queue := map[string][]byte{}, map[string]bool{}, from
	for i := 0; i < len(queue) && i < mostDesk; i++ {
		if asked[queue[i]] {
			continue
		}
		asked[queue[i]] = true
		a := s.get(t, queue[i], "Cookie", cookie)
		if a.Status != http.StatusOK {
			continue
		}
		out[queue[i]] = append(a.Body, fmt.Sprint(a.Header)...)
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		parse(t, a.Body).Find("a[href], form[method=get], iframe[src]").Each(func(_ int, el *goquery.Selection) {
			address := el.AttrOr("href", el.AttrOr("action", el.AttrOr("src", "")))
			base, _ := url.Parse(s.Base + queue[i])
			u, err := base.Parse(address)
			if err == nil && u.Host == base.Host && strings.HasPrefix(u.Path, "/desk") {
				u.Fragment = ""
				queue = append(queue, u.RequestURI())
			}
		})
	}
	return out
}

// wordsIn lists the words that a text holds: as they are, in another case, in
// entities, in percent or JSON escapes, in base 64 at any offset, or in hex.
func wordsIn(body []byte, words []string) (found []string) {
	raw := string(body)
	folded := strings.ToLower(raw)
	plain := strings.ToLower(html.UnescapeString(html.UnescapeString(raw)))
	for _, w := range words {
		for _, form := range disguises(w) {
			if strings.Contains(raw, form) || strings.Contains(folded, form) || strings.Contains(plain, form) {
				found = append(found, w)
				break
			}
		}
	}
	return found
}

// disguises are the ways in which a word of lower-case ASCII can be written.
func disguises(word string) []string {
	out := []string{word, hex.EncodeToString([]byte(word))}
	var percent, escaped strings.Builder
	for _, c := range []byte(word) {
		fmt.Fprintf(&percent, "%%%02x", c)
		fmt.Fprintf(&escaped, `\u%04x`, c)
	}
	out = append(out, percent.String(), escaped.String())
	for _, text := range []string{word, strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:]} {
		for shift, skip := range []int{0, 2, 3} {
			padded := strings.Repeat("\x00", shift) + text
			whole := base64.StdEncoding.EncodeToString([]byte(padded))[skip : len(padded)*8/6]
			out = append(out, whole, strings.NewReplacer("+", "-", "/", "_").Replace(whole))
		}
	}
	return out
}

func TestAWordIsFoundInEveryDisguise(t *testing.T) {
	for _, text := range []string{
		"mailto:hush.postbox@x", "Hush.Postbox", "hush&#46;postbox", "&amp;#104;ush.postbox", "q=%68%75%73%68%2E%70%6F%73%74%62%6F%78", `"\u0068\u0075\u0073\u0068\u002e\u0070\u006f\u0073\u0074\u0062\u006f\u0078"`,
		base64.StdEncoding.EncodeToString([]byte("a hush.postbox b")), base64.StdEncoding.EncodeToString([]byte("hush.postbox@readers")),
		base64.RawURLEncoding.EncodeToString([]byte("to hush.postbox")), hex.EncodeToString([]byte("x hush.postbox")),
	} {
		if len(wordsIn([]byte(text), []string{"hush.postbox"})) != 1 {
			t.Errorf("it is not found in %q", text)
		}
	}
	if found := wordsIn([]byte("a hush, a post and a box"), secretWords); len(found) > 0 {
		t.Errorf("%q is found where it is not", found)
	}
}
