package web

import "masthead.dev/masthead/internal/locale"

func sampleStory(f DeskFrame, lang string, out map[string]any) {
	w := sampleWords[lang]
	part := ChangedPart{Label: w.section, Tag: &Tag{w.place, "hint"}, Pieces: []ChangedPiece{{"same", w.dek + " "}, {"removed", w.name}, {"added", w.place + "\n" + w.cost}, {"same", "."}}}
	out["desk/changes"] = ChangesPage{DeskFrame: f, Heading: w.headline, Intro: w.dek, Back: &Link{Text: w.place, Href: "/desk"}, Facts: []Fact{{Name: w.section, Value: w.name, Href: "/desk/x"}},
		Tongue: lang, Way: locale.DirOf(lang), Parts: []ChangedPart{part, {Label: w.section, Pieces: []ChangedPiece{{"same", w.para}}}}, Skipped: w.dek,
		Links: []Link{{Text: w.place, Href: "/desk/y"}}, Buttons: []PostButton{{Text: w.section, Action: "/desk/x", Nonce: "n", Of: w.name}}}
	out["desk/changes-none"] = ChangesPage{DeskFrame: f, Heading: w.headline, Tongue: lang, Way: locale.DirOf(lang), Empty: w.dek}
	drop := PostButton{Text: w.place, Action: "/desk/views/x/drop", Nonce: "n", Of: w.name}
	looks := []Tab{{Text: w.section, Href: "/desk/stories", Current: true}, {Text: w.place, Href: "/desk/stories/board"}}
	filter := FilterForm{On: true, Clear: "/desk/stories", Form: Form{ID: "filter", Action: "/desk/stories", Submit: w.section, Hidden: []HiddenField{{Name: "view", Value: "open"}},
		Groups: []FieldGroup{{Fields: []Field{{Name: "q", Kind: "search", Label: w.section}, {Name: "mine", Kind: "check", Label: w.place, Checked: true}}}}}}
	out["desk/stories"] = StoriesPage{DeskFrame: f, Heading: w.section, Action: &Link{Text: w.place, Href: "/desk/stories/new"}, Looks: looks, Tabs: []Tab{{w.section, "/a", 3, true}}, Filter: filter,
		Views: &SavedViews{Heading: w.section, Action: "/desk/views", Nonce: "n", Query: "view=open", Views: []SavedView{{Link{Text: w.name, Href: "/desk/stories?q=x"}, drop}}},
		Table: Table{Caption: w.section, Empty: w.dek}, Pager: Pager{Older: "?after=1"}}
	shot := Shot{Link: Link{Text: "bus.jpg", Href: "/desk/media/x"}, Src: "/desk/pictures/x?w=320", Width: 320, Height: 213, Credit: w.name, Tags: []Tag{{w.place, "warn"}, {w.section, ""}}}
	out["desk/library"] = LibraryPage{DeskFrame: f, Heading: w.section, Action: &Link{Text: w.place, Href: "/desk/media/new"}, Tabs: []Tab{{w.section, "/a", 0, true}, {w.place, "/b", 3, false}}, Filter: filter,
		Shots: []Shot{shot, {Link: Link{Text: "new.png", Href: "/desk/media/y"}}}, Pager: Pager{Older: "?after=1"}}
	out["desk/library-empty"] = LibraryPage{DeskFrame: f, Heading: w.section, Filter: FilterForm{Form: Form{ID: "filter", Action: "/desk/media", Submit: w.section}}, Empty: w.dek}
	words := Form{ID: "picture", Action: "/desk/media/x", Nonce: "n", Submit: w.section, Groups: []FieldGroup{{Legend: w.place, Hint: w.dek, Columns: 2, Fields: []Field{
		{Name: "focal_x", Kind: "number", InputMode: "decimal", Label: w.section, Value: "50"}, {Name: "files", Kind: "file", Many: true, Accept: "image/png", Label: w.place}}}}}
	out["desk/picture"] = PicturePage{DeskFrame: f, Heading: "bus.jpg", Back: &Link{Text: w.place, Href: "/desk/media"}, Src: "/desk/pictures/x?whole=1", Width: 600, Height: 400, Hint: w.dek,
		Facts: []Fact{{Name: w.section, Value: w.name}, {Name: w.place, Tag: &Tag{w.place, "warn"}}}, Form: &words, Panels: []Panel{{ID: "uses", Heading: w.section, Text: w.dek}}}
	out["desk/picture-waiting"] = PicturePage{DeskFrame: f, Heading: "new.png", Waiting: w.dek}
	card := Card{Link: Link{Text: w.headline, Href: "/desk/stories/x", Lang: lang, Dir: locale.DirOf(lang)}, Who: w.name, State: w.place, At: sampleTime(20, 14, 5), AtName: w.section, Tag: &Tag{w.place, "stop"}}
	out["desk/board"] = BoardPage{DeskFrame: f, Heading: w.section, Intro: w.dek, Looks: looks, Back: &Link{Text: w.place, Href: "?a"}, On: &Link{Text: w.section, Href: "?b"}, Week: true, Empty: w.dek,
		Lanes: []Lane{{ID: "d1", Name: w.section, Count: 2, Current: true, Cards: []Card{card, card}, More: &Link{Text: w.place, Href: "?c"}}, {ID: "d2", Name: w.place}}}
	out["desk/view-ways"] = ViewPage{DeskFrame: f, Heading: w.headline, Ways: []Way{{Button: &drop}, {Link: &Link{Text: w.section, Href: "/desk/x"}, Main: true}}}
}
