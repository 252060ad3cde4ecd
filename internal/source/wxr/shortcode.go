package wxr

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"masthead.dev/masthead/internal/document"
)

// shortcode is [name attributes] as WordPress reads it.
type shortcode struct {
	name   string
	attrs  map[string]string
	values []string // attributes without a name, in order
	source string   // as it stands
	inner  string   // between the tags, for handlers that take a pair
}

// get returns the first of several attributes that is there.
func (s *shortcode) get(names ...string) string {
	for _, n := range names {
		if v := s.attrs[n]; v != "" {
			return v
		}
	}
	return ""
}

// handler writes what a shortcode means, or says false: then it is unknown.
type handler struct {
	pair  bool // takes the text up to the closing tag, where there is one
	write func(*converter, *strings.Builder, *shortcode) bool
}

var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"caption": {true, (*converter).caption}, "wp_caption": {true, (*converter).caption},
		"gallery":  {false, (*converter).gallery},
		"embed":    {true, (*converter).embedCode},
		"audio":    {true, (*converter).sound},
		"video":    {true, (*converter).film},
		"playlist": {false, (*converter).playlist},
		"code":     {true, (*converter).code}, "sourcecode": {true, (*converter).code},
	}
	for _, name := range []string{"youtube", "vimeo", "soundcloud", "tweet", "instagram", "facebook", "spotify", "tiktok", "dailymotion", "ted", "wpvideo", "flickr", "datawrapper"} {
		handlers[name] = handler{false, (*converter).site}
	}
	for _, name := range []string{"efn_note", "footnote", "fn", "mfn", "ref"} {
		handlers[name] = handler{true, (*converter).noteCode}
	}
}

// layout are shortcodes of page builders that only arrange what stands in them.
var layout = set(`vc_row vc_row_inner vc_column vc_column_inner vc_column_text vc_section et_pb_section et_pb_row et_pb_row_inner
	et_pb_column et_pb_column_inner et_pb_text fusion_builder_container fusion_builder_row fusion_builder_column fusion_text
	av_section av_textblock av_one_full av_one_half av_one_third av_two_third one_half one_third two_third one_half_last
	one_third_last two_third_last column columns row`)

// standalone are well-known shortcodes without attributes; such a word alone on
// a line is no text.
var standalone = set(`toc contact archives sitemap login logout products cart checkout shop events calendar map poll slider
	testimonials portfolio newsletter subscribe donate donations search gallery playlist`)

var (
	codeName  = regexp.MustCompile(`^\[([A-Za-z][A-Za-z0-9_-]{0,60})`)
	codeAttr  = regexp.MustCompile(`^\s*(?:([A-Za-z_][\w-]*)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'\[\]=]+(?:=[^\s"'\[\]]*)?))`)
	closeCode = regexp.MustCompile(`^\[/([A-Za-z][A-Za-z0-9_-]{0,60})\]`)
)

// scanner goes through a text for shortcodes, past the tags of HTML.
type scanner struct {
	*converter
	out     *strings.Builder
	s       string
	pos     int
	tags    *markup
	closers map[string]int // where the last closing tag of a name is, -1 for none
}

// shortcodes copies HTML, with shortcodes turned into what they mean.
func (c *converter) shortcodes(out *strings.Builder, s string) {
	if !strings.Contains(s, "[") {
		out.WriteString(s)
		return
	}
	sc := &scanner{converter: c, out: out, s: s, tags: readMarkup(s), closers: map[string]int{}}
	for sc.pos < len(s) {
		i := strings.IndexAny(s[sc.pos:], "[<")
		if i < 0 {
			out.WriteString(s[sc.pos:])
			return
		}
		sc.copy(i)
		if s[sc.pos] == '<' {
			sc.copy(max(1, sc.tags.untouched(sc.pos)))
		} else {
			sc.bracket()
		}
	}
}

func (sc *scanner) copy(n int) {
	sc.out.WriteString(sc.s[sc.pos : sc.pos+n])
	sc.pos += n
}

// bracket handles what begins with [.
func (sc *scanner) bracket() {
	rest := sc.s[sc.pos:]
	if strings.HasPrefix(rest, "[[") { // [[name]] is how to write [name]
		if code := parseCode(rest[1:]); code != nil && strings.HasPrefix(rest[1+len(code.source):], "]") {
			sc.out.WriteString(code.source)
			sc.pos += len(code.source) + 2
			return
		}
		sc.copy(1)
		return
	}
	if strings.HasPrefix(rest, "[/") {
		sc.closing(rest)
		return
	}
	code := parseCode(rest)
	if code == nil || !sc.code(code) {
		sc.copy(1)
	}
}

// closing drops the end of a pair whose beginning was handled.
func (sc *scanner) closing(rest string) {
	m := closeCode.FindStringSubmatch(rest[:min(len(rest), 70)])
	if m == nil || !layout[m[1]] && sc.opened[m[1]] == 0 {
		sc.copy(1)
		return
	}
	if !layout[m[1]] {
		sc.opened[m[1]]--
	}
	sc.pos += len(m[0])
}

// code writes a shortcode that was parsed at the place of reading, or says false:
// then it is text.
func (sc *scanner) code(code *shortcode) bool {
	if layout[code.name] {
		sc.dropped["layout shortcode"]++
		sc.pos += len(code.source)
		return true
	}
	h, known := handlers[code.name]
	paired := sc.lastCloser(code.name) > sc.pos
	if known {
		length := len(code.source)
		if h.pair && paired {
			from := sc.pos + length
			end := strings.Index(sc.s[from:], "[/"+code.name+"]")
			code.inner = sc.s[from : from+end]
			length += end + len(code.name) + 3
		}
		if h.write(sc.converter, sc.out, code) {
			sc.pos += length
			return true
		}
	}
	return sc.unknown(code, paired)
}

// unknown keeps a shortcode that nobody here knows as a raw block; the text inside
// a pair stays text. Brackets that are only brackets are left alone.
func (sc *scanner) unknown(code *shortcode, paired bool) bool {
	h, known := handlers[code.name]
	given := len(code.attrs) > 0 || known && !h.pair && len(code.values) > 0
	if !paired && !given && !sc.alone(code) {
		return false
	}
	source, reason := code.source, fmt.Sprintf("the shortcode [%s], whose plug-in is not here", code.name)
	if paired {
		source += "…[/" + code.name + "]"
		reason += "; the text inside it was kept"
		sc.opened[code.name]++
	}
	sc.raw(sc.out, source, reason)
	sc.pos += len(code.source)
	return true
}

// alone tells whether a shortcode without attributes fills its line and has a
// name that is no word.
func (sc *scanner) alone(code *shortcode) bool {
	_, known := handlers[code.name]
	if !strings.ContainsAny(code.name, "_-") && !standalone[code.name] && !known || code.name != strings.ToLower(code.name) {
		return false
	}
	const far = 100
	end := sc.pos + len(code.source)
	before, after := sc.s[max(0, sc.pos-far):sc.pos], sc.s[end:min(len(sc.s), end+far)]
	if i := strings.LastIndexAny(before, "\n>"); i >= 0 {
		before = before[i+1:]
	}
	if i := strings.IndexAny(after, "\n<"); i >= 0 {
		after = after[:i]
	}
	return strings.TrimSpace(before) == "" && strings.TrimSpace(after) == ""
}

// lastCloser finds the last closing tag of a name, once for each text.
func (sc *scanner) lastCloser(name string) int {
	at, ok := sc.closers[name]
	if !ok {
		at = strings.LastIndex(sc.s, "[/"+name+"]")
		sc.closers[name] = at
	}
	return at
}

// parseCode reads a shortcode at the start of a text, nil when there is none.
func parseCode(s string) *shortcode {
	const longest = 8192
	s = s[:min(len(s), longest)]
	m := codeName.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	code := &shortcode{name: m[1], attrs: map[string]string{}}
	pos := len(m[0])
	for pos < len(s) {
		rest := strings.TrimLeft(s[pos:], " \t\n\u00a0")
		space := len(rest) < len(s)-pos
		pos = len(s) - len(rest)
		switch {
		case strings.HasPrefix(rest, "]"):
			code.source = s[:pos+1]
			return code
		case strings.HasPrefix(rest, "/]"):
			code.source = s[:pos+2]
			return code
		}
		n := code.attr(rest, space)
		if n == 0 {
			return nil
		}
		pos += n
	}
	return nil
}

// attr reads one attribute; [name=value] has its value right after the name.
func (s *shortcode) attr(rest string, space bool) int {
	if len(s.attrs)+len(s.values) == 0 && !space {
		if !strings.HasPrefix(rest, "=") {
			return 0
		}
		end := strings.IndexAny(rest, " ]\n")
		if end < 2 {
			return 0
		}
		s.values = append(s.values, strings.Trim(rest[1:end], `"'`))
		return end
	}
	m := codeAttr.FindStringSubmatch(rest)
	if m == nil {
		return 0
	}
	value := html.UnescapeString(m[2] + m[3] + m[4] + m[5])
	if m[1] != "" {
		s.attrs[strings.ToLower(m[1])] = value
	} else {
		s.values = append(s.values, value)
	}
	return len(m[0])
}

var imgTag = regexp.MustCompile(`(?i)<img\b`)

var captionParts = regexp.MustCompile(`(?is)^\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)$`)

// caption is a picture with what stands below it.
func (c *converter) caption(out *strings.Builder, s *shortcode) bool {
	m := captionParts.FindStringSubmatch(s.inner)
	if m == nil {
		if strings.TrimSpace(s.inner) == "" {
			return false
		}
		out.WriteString("<figure>" + s.inner + "</figure>")
		return true
	}
	picture, text := m[1], strings.TrimSpace(m[2])
	if text == "" {
		text = s.get("caption")
	}
	if id := strings.TrimPrefix(s.get("id"), "attachment_"); digits.MatchString(id) {
		picture = imgTag.ReplaceAllString(picture, `<img data-mh-ref="`+id+`"`)
	}
	out.WriteString("<figure>" + picture + "<figcaption>" + text + "</figcaption></figure>")
	return true
}

// gallery shows the attachments named, or all pictures that hang on the post.
func (c *converter) gallery(out *strings.Builder, s *shortcode) bool {
	g := &document.Gallery{}
	for _, id := range idList(s.get("ids", "include")) {
		g.Images = append(g.Images, document.Photo{Ref: id})
	}
	if len(g.Images) == 0 {
		post := s.get("id")
		if !digits.MatchString(post) {
			post = c.it.Source
		}
		g.Images = []document.Photo{{Ref: RefChildren(post)}}
	}
	c.place(out, g)
	return true
}

func idList(s string) []string {
	var ids []string
	for _, id := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		if digits.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// embedCode is an address that WordPress turns into a player.
func (c *converter) embedCode(out *strings.Builder, s *shortcode) bool {
	address := html.UnescapeString(strings.TrimSpace(s.inner))
	if address == "" {
		address = s.get("src", "url")
	}
	return c.address(out, address)
}

// site is one of the shortcodes named after a site: [youtube=address].
func (c *converter) site(out *strings.Builder, s *shortcode) bool {
	address := s.get("url", "src", "id")
	if address == "" && len(s.values) > 0 {
		address = html.UnescapeString(s.values[0])
	}
	switch {
	case s.name == "vimeo" && digits.MatchString(address):
		address = "https://vimeo.com/" + address
	case s.name == "youtube" && address != "" && !strings.Contains(address, "/"):
		address = "https://www.youtube.com/watch?v=" + address
	}
	return c.address(out, address)
}

// address writes a frame for a site that embeds, and a link for any other.
func (c *converter) address(out *strings.Builder, address string) bool {
	if !isWeb(address) {
		return false
	}
	esc := html.EscapeString(address)
	if _, _, ok := document.ProviderOf(address); ok {
		out.WriteString(`<figure><iframe src="` + esc + `"></iframe></figure>`)
		return true
	}
	out.WriteString(`<p><a href="` + esc + `">` + esc + "</a></p>")
	return true
}

func (c *converter) sound(out *strings.Builder, s *shortcode) bool {
	return c.media(out, "audio", s, "src", "mp3", "m4a", "ogg", "wav", "flac", "wma")
}

func (c *converter) film(out *strings.Builder, s *shortcode) bool {
	return c.media(out, "video", s, "src", "mp4", "m4v", "webm", "ogv", "flv", "wmv")
}

// media writes a player for the first address given; the oldest form of [audio]
// has options behind a bar.
func (c *converter) media(out *strings.Builder, tag string, s *shortcode, names ...string) bool {
	src := s.get(names...)
	if src == "" && len(s.values) > 0 {
		src, _, _ = strings.Cut(s.values[0], "|")
	}
	if src == "" {
		return false
	}
	if _, _, ok := document.ProviderOf(src); ok {
		return c.address(out, src)
	}
	fmt.Fprintf(out, `<figure><%s src="%s"></%s></figure>`, tag, html.EscapeString(src), tag)
	return true
}

// playlist becomes one player for each recording.
func (c *converter) playlist(out *strings.Builder, s *shortcode) bool {
	ids := idList(s.get("ids", "include"))
	for _, id := range ids {
		rec := document.Recording{Ref: id}
		if s.get("type") == "video" {
			c.place(out, &document.Video{Recording: rec})
		} else {
			c.place(out, &document.Audio{Recording: rec})
		}
	}
	return len(ids) > 0
}

// code shows source text.
func (c *converter) code(out *strings.Builder, s *shortcode) bool {
	if s.inner == "" {
		return false
	}
	lang := s.get("language", "lang")
	out.WriteString(`<pre class="language-` + html.EscapeString(lang) + `">` + html.EscapeString(html.UnescapeString(strings.Trim(s.inner, "\n"))) + "</pre>")
	return true
}

// noteCode is a footnote written into the text.
func (c *converter) noteCode(out *strings.Builder, s *shortcode) bool {
	if strings.TrimSpace(s.inner) == "" {
		return false
	}
	n := len(c.notes) + 1
	id := fmt.Sprintf("%s-fn-%d", c.slot, n)
	fmt.Fprintf(out, `<sup><a href="#%s">%d</a></sup>`, id, n)
	c.notes = append(c.notes, fmt.Sprintf(`<li id="%s">%s</li>`, id, s.inner))
	return true
}
