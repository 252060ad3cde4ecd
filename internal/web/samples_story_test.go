package web

import "masthead.dev/masthead/internal/locale"

func sampleStory(f DeskFrame, lang string, out map[string]any) {
	w := sampleWords[lang]
	part := ChangedPart{Label: w.section, Tag: &Tag{w.place, "hint"}, Pieces: []ChangedPiece{{"same", w.dek + " "}, {"removed", w.name}, {"added", w.place + "\n" + w.cost}, {"same", "."}}}
	out["desk/changes"] = ChangesPage{DeskFrame: f, Heading: w.headline, Intro: w.dek, Back: &Link{Text: w.place, Href: "/desk"}, Facts: []Fact{{Name: w.section, Value: w.name, Href: "/desk/x"}},
		Lang: lang, Dir: locale.DirOf(lang), Parts: []ChangedPart{part, {Label: w.section, Pieces: []ChangedPiece{{"same", w.para}}}}, Skipped: w.dek,
		Links: []Link{{Text: w.place, Href: "/desk/y"}}, Buttons: []PostButton{{Text: w.section, Action: "/desk/x", Nonce: "n", Of: w.name}}}
	out["desk/changes-none"] = ChangesPage{DeskFrame: f, Heading: w.headline, Lang: lang, Dir: locale.DirOf(lang), Empty: w.dek}
}
