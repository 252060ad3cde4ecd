package web

// kind is what a page is made of: the type of its data, and the sections of
// the style sheet that it needs besides tokens, base, faces and adapt.
type kind struct {
	data     any
	sections []string
}

var (
	siteShell = []string{"site"}
	deskShell = []string{"site", "meter", "figure", "table", "form", "page", "books", "sandbox", "note", "desk"}
)

// kinds are all pages. A template that is not named here, or a name without a
// template, fails at start.
var kinds = map[string]kind{
	"site/article":     {ArticlePage{}, site("cards", "front", "meter", "figure", "table", "note", "article")},
	"site/front":       {FrontPage{}, site("cards", "front", "meter", "figure")},
	"site/list":        {ListPage{}, site("cards", "page", "list")},
	"site/person":      {PersonPage{}, site("cards", "page", "list")},
	"site/search":      {SearchPage{}, site("cards", "page", "form", "list")},
	"site/give":        {GivePage{}, site("meter", "table", "form", "page", "sandbox")},
	"site/thanks":      {ThanksPage{}, site("page", "sandbox")},
	"site/sandbox":     {SandboxPage{}, site("form", "page", "sandbox")},
	"site/books":       {BooksPage{}, site("meter", "figure", "table", "page", "books", "sandbox")},
	"site/corrections": {CorrectionsPage{}, site("page", "entry")},
	"site/newsletter":  {NewsletterPage{}, site("page")},
	"site/about":       {AboutPage{}, site("figure", "table", "article", "page")},
	"site/error":       {ErrorPage{}, site("form", "page", "list")},

	"desk/signin": {SignInPage{}, deskShell},
	"desk/code":   {CodePage{}, deskShell},
	"desk/enrol":  {EnrolPage{}, deskShell},
	"desk/setup":  {SetupPage{}, deskShell},
	"desk/link":   {LinkPage{}, deskShell},
	"desk/home":   {HomePage{}, deskShell},
	"desk/form":   {FormPage{}, deskShell},
	"desk/list":   {ListDeskPage{}, deskShell},
	"desk/view":   {ViewPage{}, deskShell},
	"desk/mail":   {MailPage{}, deskShell},
	"desk/money":  {MoneyPage{}, deskShell},
	"desk/error":  {DeskErrorPage{}, deskShell},

	"mail/gift":   {data: GiftMail{}},
	"mail/refund": {data: RefundMail{}},
	"mail/staff":  {data: StaffMail{}},
}

func site(more ...string) []string { return append(more, siteShell...) }
