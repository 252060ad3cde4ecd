package receipt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"masthead.dev/masthead/internal/locale"
	"masthead.dev/masthead/internal/money"
)

// Compose writes the document of a draft under its number.
func (d Draft) Compose(number string) Document {
	doc := Document{Lang: d.Regime.Lang, Paper: d.Regime.Paper, Author: d.Issuer.Name, Date: d.At, Foot: number}
	if doc.Lang == "" {
		doc.Lang = locale.For(d.Lang).Lang()
	}
	w := words{Draft: d, l: locale.For(doc.Lang), number: number}
	switch {
	case d.Regime.Key == "us":
		doc.Title, doc.Blocks = w.us()
	case d.Regime.Key == "uk":
		doc.Title, doc.Blocks = w.uk()
	case d.Regime.Key == "de":
		doc.Title, doc.Blocks = w.de()
	case d.Regime.Key == "ca":
		doc.Title, doc.Blocks = w.ca()
	default:
		doc.Title, doc.Blocks = w.plain()
	}
	doc.Title += " " + number
	return doc
}

// Facts freezes the draft under its number.
func (d Draft) Facts(number string) Facts {
	return Facts{Donor: d.Party, Gifts: d.Gifts, Document: d.Compose(number), Zone: d.At.Location().String(), Replaces: d.Replaces.Number, Kind: d.Kind, Year: d.Year, Issued: d.At}
}

// words writes one document.
type words struct {
	Draft
	l      *locale.Locale
	number string
}

func (w words) day(t time.Time) string { return w.l.Date(t.In(w.At.Location()), locale.Long) }

// dotted is a day as German forms write it.
func (w words) dotted(t time.Time) string { return t.In(w.At.Location()).Format("02.01.2006") }

func (w words) set(name string) string { return w.Settings.of(w.Regime, name) }

func (w words) issuer(name string) Block {
	return Block{Kind: Issuer, Lines: append([]string{name}, w.Issuer.Address...)}
}

// party is the donor in lines.
func (w words) party() string {
	return strings.TrimSpace(w.Party.Known() + "\n" + w.Party.Address)
}

// flat is a text in one line.
func flat(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	return strings.Join(lines, ", ")
}

// fact leaves out what is not known.
func fact(rows [][]string, name, value string) [][]string {
	if value == "" {
		return rows
	}
	return append(rows, []string{name, value})
}

// plain is the receipt of a newsroom that is no charity, and the
// acknowledgement of one whose official receipts are written on demand.
func (w words) plain() (string, []Block) {
	l, gift := w.l, w.Gifts[0]
	rows := fact(nil, l.T("receipt.number"), w.number)
	rows = fact(rows, l.T("receipt.amount"), l.Money(w.Amount()))
	rows = fact(rows, l.T("receipt.words"), InWords(l.Lang(), w.Amount()))
	if gift.Due != gift.Paid.Minor {
		rows = fact(rows, l.T("receipt.paid"), l.Money(gift.Paid))
	}
	rows = fact(rows, l.T("receipt.day"), w.day(gift.At))
	rows = fact(rows, l.T("receipt.from"), w.Party.Known())
	rows = fact(rows, l.T("receipt.for"), gift.For)
	rows = fact(rows, l.T("receipt.issued"), w.day(w.At))
	notice := l.T("receipt.plain.notice")
	if w.Settings.Charity() {
		notice = l.T("receipt.plain.charity")
	}
	blocks := []Block{w.issuer(w.Issuer.Name), {Kind: Heading, Text: l.T("receipt.plain.title")},
		{Kind: Text, Text: l.T("receipt.plain.thanks", "outlet", w.Issuer.Name)}, {Kind: Pairs, Rows: rows}, {Kind: Framed, Text: notice}}
	if w.Replaces.Number != "" {
		blocks = append(blocks, Block{Kind: Text, Text: l.T("receipt.replaces", "number", w.Replaces.Number)})
	}
	return l.T("receipt.plain.title"), blocks
}

// rows are name and value by the regime's own words.
func (w words) rows(pairs ...string) [][]string {
	var out [][]string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = fact(out, w.Regime.Texts[pairs[i]], pairs[i+1])
	}
	return out
}

// replaces says which receipt this one takes the place of.
func (w words) replaced(blocks []Block) []Block {
	if w.Replaces.Number == "" {
		return blocks
	}
	return append(blocks, Block{Kind: Text, Text: w.Regime.text("replaces", "number", w.Replaces.Number)})
}

// goods is what donors of this much get in return, and its value; false for
// nothing.
func (w words) goods(g Gift) (money.Amount, bool) {
	value := w.Settings.minor(w.Regime, "goods_value", g.Paid.Currency)
	return value, w.set("goods") != "" && value.Minor > 0 && g.Due >= w.Settings.minor(w.Regime, "goods_from", g.Paid.Currency).Minor
}

// disclosed is the sum above which 26 USC 6115 wants the donor told that only
// the excess over the goods can be deducted.
const disclosed = 7500

// us is an acknowledgement by 26 USC 170(f)(8), for one gift or for a year.
func (w words) us() (string, []Block) {
	r, l := w.Regime, w.l
	title := r.Texts["title"]
	pairs := []string{"number", w.number, "donor", flat(w.party()), "amount", l.Money(w.Amount()), "words", InWords("en", w.Amount())}
	if w.Year == 0 {
		pairs = append(pairs, "date", w.day(w.Gifts[0].At))
	} else {
		title, pairs = r.Texts["annual"], append(pairs, "period", w.period())
	}
	blocks := []Block{w.issuer(w.set("name")), {Kind: Heading, Text: title}, {Kind: Pairs, Rows: w.rows(append(pairs, "issued", w.day(w.At))...)},
		{Kind: Text, Text: r.text("status", "name", w.set("name"), "ein", w.set("ein"))}}
	blocks = append(blocks, w.usGoods()...)
	if w.Year != 0 {
		blocks = append(blocks, w.usList())
	}
	blocks = w.replaced(append(blocks, Block{Kind: Text, Text: r.Texts["keep"]}))
	if w.set("signer") != "" {
		blocks = append(blocks, Block{Kind: Sign, Lines: []string{w.set("signer")}, Text: r.Texts["signer"]})
	}
	return title, blocks
}

func (w words) usGoods() []Block {
	suffix := ""
	if w.Year != 0 {
		suffix = "_annual"
	}
	given, over := money.Amount{}, false
	for _, g := range w.Gifts {
		if value, some := w.goods(g); some {
			given, over = value, over || g.Paid.Currency == "USD" && g.Due > disclosed
		}
	}
	if given.Minor == 0 {
		return []Block{{Kind: Framed, Text: w.Regime.Texts["none"+suffix]}}
	}
	out := []Block{{Kind: Framed, Text: w.Regime.text("goods"+suffix, "goods", w.set("goods"), "value", w.l.Money(given))}}
	if over {
		out = append(out, Block{Kind: Text, Text: w.Regime.Texts["excess"]})
	}
	return out
}

func (w words) usList() Block {
	t := w.Regime.Texts
	b := Block{Kind: List, Heads: []string{t["date"], t["amount"]}}
	for _, g := range w.Gifts {
		mark := ""
		if _, some := w.goods(g); some {
			mark = " *"
		}
		b.Rows = append(b.Rows, []string{w.day(g.At), w.l.Money(g.Amount()) + mark})
	}
	b.Rows = append(b.Rows, []string{t["total"], w.l.Money(w.Amount())})
	return b
}

func (w words) period() string {
	return w.day(time.Date(w.Year, 1, 1, 12, 0, 0, 0, w.At.Location())) + " – " + w.day(time.Date(w.Year, 12, 31, 12, 0, 0, 0, w.At.Location()))
}

// uk is a receipt that says whether Gift Aid is claimed.
func (w words) uk() (string, []Block) {
	r := w.Regime
	aid := r.Texts["gift_aid_no"]
	if w.Gifts[0].GiftAid {
		aid = r.Texts["gift_aid_yes"]
	}
	blocks := []Block{w.issuer(w.set("name")), {Kind: Heading, Text: r.Texts["title"]},
		{Kind: Pairs, Rows: w.rows("number", w.number, "donor", flat(w.party()), "amount", w.l.Money(w.Amount()), "words", InWords("en", w.Amount()),
			"date", w.day(w.Gifts[0].At), "issued", w.day(w.At))},
		{Kind: Text, Text: r.text("status", "name", w.set("name"), "charity_number", w.set("charity_number"))}, {Kind: Framed, Text: aid}}
	return r.Texts["title"], w.replaced(blocks)
}

// de is the official form, whose wording and order may not be changed, and
// which carries neither thanks nor advertising.
func (w words) de() (string, []Block) {
	r, t := w.Regime, w.Regime.Texts
	title, figures := t["title"], t["figures"]
	last := []string{t["date"], w.dotted(w.Gifts[0].At)}
	if w.Year != 0 {
		title, figures = t["annual"], t["figures_annual"]
		last = []string{t["period"], w.dotted(w.Gifts[0].At) + " – " + w.dotted(w.Gifts[len(w.Gifts)-1].At)}
	}
	blocks := []Block{
		{Kind: Boxed, Rows: [][]string{{t["issuer"], flat(w.set("name") + "\n" + strings.Join(w.Issuer.Address, "\n"))}}},
		{Kind: Heading, Text: title}, {Kind: Small, Text: t["law"]},
		{Kind: Boxed, Rows: [][]string{{t["donor"], w.party()}, {figures, w.l.Money(w.Amount())}, {t["words"], InWords("de", w.Amount())}, last}},
	}
	waiver := t["waiver"]
	if w.Year != 0 {
		waiver = t["waiver_annual"]
	}
	notice := w.set("notice")
	blocks = append(blocks, Block{Kind: Small, Text: waiver},
		Block{Kind: Tick, Ticked: true, Text: r.text(notice, "purposes", w.set("purposes"), "office", w.set("office"), "tax_number", w.set("tax_number"),
			"notice_date", germanDay(w.set("notice_date")), "period", w.set("period"))},
		Block{Kind: Small, Text: r.text("use", "purposes", w.set("purposes"))},
		Block{Kind: Tick, Ticked: true, Text: t["no_fee"]})
	if w.Year != 0 {
		blocks = append(blocks, Block{Kind: Small, Text: t["no_other"]})
	}
	if w.Replaces.Number != "" {
		blocks = append(blocks, Block{Kind: Small, Text: r.text("replaces", "number", w.Replaces.Number)})
	}
	blocks = append(blocks, Block{Kind: Sign, Lines: []string{r.text("signed", "place", w.set("place"), "issued", w.dotted(w.At))}, Text: r.text("signer", "signer", w.set("signer"))},
		Block{Kind: Small, Text: t["liability"]}, Block{Kind: Small, Text: t["validity"]})
	if w.Year != 0 {
		blocks = append(blocks, Block{Kind: Sheet}, Block{Kind: Heading, Text: t["annex"] + " " + w.number}, w.deAnnex())
	}
	return title, blocks
}

func germanDay(iso string) string {
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return day.Format("02.01.2006")
}

func (w words) deAnnex() Block {
	t := w.Regime.Texts
	b := Block{Kind: List, Heads: []string{t["annex_date"], t["annex_kind"], t["annex_waiver"], t["annex_amount"]}}
	for _, g := range w.Gifts {
		b.Rows = append(b.Rows, []string{w.dotted(g.At), t["annex_money"], t["annex_no"], w.l.Money(g.Amount())})
	}
	b.Rows = append(b.Rows, []string{t["total"], "", "", w.l.Money(w.Amount())})
	return b
}

// ca is an official receipt with the fields of s. 3501 of the Income Tax
// Regulations.
func (w words) ca() (string, []Block) {
	r := w.Regime
	advantage := money.Amount{Currency: w.Amount().Currency}
	for _, g := range w.Gifts {
		if value, some := w.goods(g); some {
			advantage.Minor += value.Minor
		}
	}
	said := r.text("advantage_none", "zero", w.l.Money(advantage))
	if advantage.Minor > 0 {
		said = r.text("advantage_some", "value", w.l.Money(advantage), "goods", w.set("goods"))
	}
	eligible := money.Amount{Currency: advantage.Currency, Minor: max(0, w.Amount().Minor-advantage.Minor)}
	when := []string{"date", w.day(w.Gifts[0].At)}
	if w.Year != 0 {
		when = []string{"dates", strconv.Itoa(w.Year)}
	}
	rows := w.rows(slices.Concat([]string{"number", w.number, "registration", w.set("registration"), "place", w.set("place"), "issued", w.day(w.At)}, when,
		[]string{"donor", w.party(), "amount", w.l.Money(w.Amount()), "advantage", said, "eligible", w.l.Money(eligible), "words", InWords("en", eligible)})...)
	blocks := []Block{{Kind: Heading, Text: r.Texts["title"]}, w.issuer(w.set("name")), {Kind: Pairs, Rows: rows}}
	blocks = w.replaced(blocks)
	return r.Texts["title"], append(blocks, Block{Kind: Sign, Text: r.text("signer", "signer", w.set("signer"))}, Block{Kind: Text, Text: r.Texts["agency"]})
}
