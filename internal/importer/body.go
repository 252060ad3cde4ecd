package importer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

// body finds the pictures of the text, makes links to the site's own stories
// stay on the site, and notes what a person must look at.
func (b *bringer) body(ctx context.Context, st *story, it *wxr.Item) error {
	d := st.content.Body
	b.openGalleries(d)
	absent, err := b.resolve(ctx, d)
	if err != nil {
		return err
	}
	b.keepHome(d)
	st.needs = append(st.needs, b.rawNeeds(st, it, d)...)
	if len(absent) > 0 {
		st.needs = append(st.needs, b.storyNeed(st, it, countOf(len(absent), "One picture of it is not here; readers see a link in its place.", "%d pictures of it are not here; readers see links in their place."), strings.Join(absent, "\n")))
	}
	if list := recordings(d); len(list) > 0 {
		st.needs = append(st.needs, b.storyNeed(st, it, "It links to sound, film or documents at their old address; they are not kept here.", strings.Join(list, "\n")))
	}
	return nil
}

// rawNeeds lists the parts that are not understood, those with the same reason
// together.
func (b *bringer) rawNeeds(st *story, it *wxr.Item, d *document.Document) []store.Need {
	var reasons []string
	parts := map[string][]string{}
	for _, raw := range raws(d) {
		if parts[raw.Reason] == nil {
			reasons = append(reasons, raw.Reason)
		}
		parts[raw.Reason] = append(parts[raw.Reason], fmt.Sprintf("block %s: %s", raw.ID, clip(strings.Join(strings.Fields(raw.HTML), " "), 300)))
	}
	var out []store.Need
	for _, reason := range reasons {
		say := "A part of it is not understood and is not shown to readers: "
		if n := len(parts[reason]); n > 1 {
			say = fmt.Sprintf("%d parts of it are not understood and are not shown to readers: ", n)
		}
		out = append(out, b.storyNeed(st, it, say+reasonOf(reason), strings.Join(parts[reason], "\n")))
	}
	return out
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

func reasonOf(s string) string { return firstOf(strings.TrimSuffix(s, "."), "unknown HTML") + "." }

func raws(d *document.Document) []*document.Raw {
	var out []*document.Raw
	d.Walk(func(b document.Block) bool {
		if r, ok := b.(*document.Raw); ok {
			out = append(out, r)
		}
		return true
	})
	return out
}

// recordings lists what is not in the library and is no picture.
func recordings(d *document.Document) []string {
	var out []string
	add := func(media, source string) {
		if media == "" && source != "" {
			out = append(out, source)
		}
	}
	d.Walk(func(b document.Block) bool {
		switch b := b.(type) {
		case *document.File:
			add(b.Media, b.Source)
		case *document.Audio:
			add(b.Media, b.Source)
		case *document.Video:
			add(b.Media, b.Source)
		}
		return true
	})
	return out
}

// openGalleries lists the pictures of galleries that only say "all that hang on
// this post".
func (b *bringer) openGalleries(d *document.Document) {
	d.Walk(func(block document.Block) bool {
		g, ok := block.(*document.Gallery)
		if !ok {
			return true
		}
		var images []document.Photo
		for _, p := range g.Images {
			hanging := b.hangingOn(p.Ref)
			if len(hanging) == 0 {
				images = append(images, p)
			}
			for _, it := range hanging {
				images = append(images, document.Photo{Ref: it.Source})
			}
		}
		g.Images = images
		return true
	})
}

func (b *bringer) hangingOn(ref string) []*wxr.Item {
	if !strings.HasPrefix(ref, wxr.RefChildren("")) {
		return nil
	}
	var out []*wxr.Item
	for _, it := range b.walk.children[strings.TrimPrefix(ref, wxr.RefChildren(""))] {
		if isPicture(firstOf(it.AttachedFile, it.AttachmentURL)) && it.Source != "" {
			out = append(out, it)
		}
	}
	return out
}

// resolve gives each picture of a text the one in the library. What is not there
// keeps its words and address, and is listed.
func (b *bringer) resolve(ctx context.Context, d *document.Document) (absent []string, err error) {
	d.Photos(func(p *document.Photo) {
		if err != nil || p.Media != "" {
			return
		}
		b.fromAttachment(p)
		var id, why string
		if id, why, err = b.shown(ctx, p.Ref, p.Source); id != "" {
			p.Media, p.Source, p.Ref = id, "", ""
			return
		}
		if line := firstOf(p.Source, "attachment "+p.Ref) + " (" + why + ")"; !slices.Contains(absent, line) {
			absent = append(absent, line)
		}
	})
	return absent, err
}

// fromAttachment fills in what only the attachment tells of a picture.
func (b *bringer) fromAttachment(p *document.Photo) {
	it := b.walk.attachmentByID[p.Ref]
	if it == nil {
		return
	}
	if u, err := url.Parse(it.AttachmentURL); err == nil && p.Source == "" && (u.Scheme == "https" || u.Scheme == "http") {
		p.Source = u.String()
	}
	if p.Alt == "" && !p.Decorative {
		p.Alt = news.Line(it.Alt)
	}
	if len(p.Caption) == 0 {
		p.Caption = document.Plain(news.Line(it.Caption))
	}
}

// keepHome turns addresses of the old site into paths, where this site will
// answer them: readers stay here, whatever the site's name is by then.
func (b *bringer) keepHome(d *document.Document) {
	d.Inlines(func(in *document.Inline) {
		for i := range *in {
			(*in)[i].Link.Href = b.home((*in)[i].Link.Href)
		}
		*in = in.Normal()
	})
	d.Photos(func(p *document.Photo) { p.Link = b.home(p.Link) })
}

func (b *bringer) home(href string) string {
	if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") {
		return href
	}
	path, query := b.walk.site.local(href)
	if !b.walk.known[path+query] || path+query == "" {
		return href
	}
	u, err := url.Parse(href)
	if err != nil {
		return href
	}
	end := ""
	if u.Fragment != "" {
		end = "#" + u.EscapedFragment()
	}
	if query != "" {
		return query + end
	}
	return (&url.URL{Path: path}).String() + end
}
