package merge

import (
	"strings"

	"masthead.dev/masthead/internal/news"
)

// Edits lists what differs between two texts in the form in which package news
// judges it; see news.Newsroom.Diff.
func Edits(from, to news.Content) []news.Edit {
	var out []news.Edit
	for _, p := range Diff(from, to) {
		if p.Changed() {
			out = append(out, edit(p))
		}
	}
	return out
}

// edit joins the pieces of a part that follow each other into swaps.
func edit(p Part) news.Edit {
	e := news.Edit{Part: p.Name, Kind: p.Kind, Whole: p.Op != Same, Moved: p.Moved, Silent: p.Silent}
	var was, now strings.Builder
	open := false
	for _, v := range p.Pieces {
		if v.Op == Same {
			was.WriteString(v.Text)
			now.WriteString(v.Text)
			open = false
			continue
		}
		if !open {
			e.Swaps, open = append(e.Swaps, news.Swap{AtWas: was.Len(), AtNow: now.Len()}), true
		}
		s := &e.Swaps[len(e.Swaps)-1]
		if v.Op == Removed {
			s.Was += v.Text
			was.WriteString(v.Text)
		} else {
			s.Now += v.Text
			now.WriteString(v.Text)
		}
	}
	e.Was, e.Now = was.String(), now.String()
	return e
}
