package web

import (
	"time"

	"masthead.dev/masthead/internal/locale"
)

// sampleRecord are the pages about what was put right.
func sampleRecord(lang string, out map[string]any) {
	f, w, l := sampleFrame(lang), sampleWords[lang], locale.For(lang)
	f.Robots, f.Report = "noindex, follow", "/report"
	changes := &Link{Text: l.T("versions.changes", "n", "3"), Href: "/x/history?from=2&to=3"}
	versions := []HistoryVersion{
		{N: 3, Kind: "correction", Label: l.T("note.correction"), At: sampleTime(20, 17, 40), By: []string{w.name, "Ines Hallow"}, Notes: []string{w.dek}, Live: true, Changes: changes},
		{N: 2, Kind: "typo", Label: l.T("versions.typo"), At: sampleTime(20, 15, 5), By: []string{w.name}, Head: w.headline, Gone: l.T("versions.gone.law", "hash", "0123456789abcdef")},
		{N: 1, Kind: "first", Label: l.T("versions.imported"), At: sampleTime(20, 14, 5), By: []string{w.name}},
	}
	choice := &VersionChoice{Action: "/x/history", From: "1", To: "3", Versions: []Link{{Href: "3", Text: l.T("versions.option", "n", "3", "when", f.At(sampleTime(20, 17, 40)))},
		{Href: "1", Text: l.T("versions.option", "n", "1", "when", f.At(sampleTime(20, 14, 5)))}}}
	looks := []Link{{Text: w.place, Href: "/preview/t", Current: true}, {Text: w.section, Href: "/preview/t/phone"}}
	shared := &Picture{Src: "/preview/t/hash/1200.jpg", Width: 1200, Height: 630, Alt: w.place}
	out["site/look"] = LookPage{Frame: f, Say: w.dek, Looks: looks, Card: &LookCard{Title: w.headline, Text: w.dek, Host: "lantern.example", Picture: shared}}
	out["site/look-phone"] = LookPage{Frame: f, Say: w.dek, Looks: looks, Phone: "/preview/t"}
	out["site/history"] = HistoryPage{Frame: f, Headline: w.headline, Article: "/x", Say: []string{l.T("versions.say")}, Versions: versions, Compare: choice}
	out["site/history-diff"] = HistoryPage{Frame: f, Headline: w.headline, Article: "/x", Heading: l.T("versions.between", "from", "1", "to", "3"), Versions: versions[:2], Compare: choice,
		Parts: []HistoryPart{
			{Label: l.T("versions.field.headline"), Pieces: []HistoryPiece{{"", w.headline + " "}, {"removed", w.place}, {"added", w.section}}},
			{Label: l.T("block.paragraph"), Tag: &Tag{Text: l.T("versions.tag.moved"), Kind: "hint"}, Pieces: []HistoryPiece{{"", w.para + " "}, {"removed", "8"}, {"added", "7"}, {"", " " + w.dek}}},
			{Label: l.T("block.table"), Pieces: []HistoryPiece{{"", w.name + " | 1\n" + w.name + " | "}, {"added", "2"}}},
			{Label: l.T("block.image"), Tag: &Tag{Text: l.T("versions.tag.picture"), Kind: "hint"}}}, Skipped: l.N("versions.skipped", 4)}
	out["site/history-same"] = HistoryPage{Frame: f, Headline: w.headline, Article: "/x", Heading: l.T("versions.between", "from", "1", "to", "2"), Versions: versions[1:], Same: l.T("versions.same")}
	page := out["site/corrections"].(CorrectionsPage)
	page.Report = "/report"
	page.Years = []Link{{Text: l.Digits("2026"), Href: "/corrections?year=2026", Current: true}, {Text: l.Digits("2025"), Href: "/corrections?year=2025"}}
	page.Metrics = []CorrectionMetric{MetricOf(l, 2026, 412, 9, 22, 7, 5*time.Hour), MetricOf(l, 2025, 380, 0, 0, 0, 0)}
	out["site/corrections-years"] = page
	out["site/error-451"] = ErrorPage{Frame: f, Status: 451, Say: l.T("article.gone.legal"), When: sampleTime(20, 17, 40), Why: w.dek, More: &Link{Text: l.T("corrections.heading"), Href: "/corrections"}}
}
