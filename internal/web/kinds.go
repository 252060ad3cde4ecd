package web

// kind is what a page is made of: the type of its data, and the sections of
// the style sheet that it needs besides tokens, base, faces and adapt.
type kind struct {
	data     any
	sections []string
}

// scripts are those of assets/script that a page inlines. One page has one, and
// works without it.
var scripts = map[string]string{"site/proof": "proof", "desk/signin": "passkey", "desk/choose": "passkey", "desk/prove": "passkey", "desk/picture": "picture"}

// fetched are the pages with a script of their own file, which talks to this
// origin: the editor alone. It has a plain form beside it.
var fetched = map[string]string{"desk/edit": "editor.js"}

var (
	siteShell = []string{"site"}
	deskShell = []string{"site", "meter", "figure", "table", "form", "page", "books", "sandbox", "note", "desk"}
)

// kinds are all pages. A template that is not named here, or a name without a
// template, fails at start.
var kinds = map[string]kind{
	"site/article":     {ArticlePage{}, site("cards", "front", "meter", "figure", "table", "note", "article")},
	"site/look":        {LookPage{}, site("cards", "note", "article", "look")},
	"site/front":       {FrontPage{}, site("cards", "front", "meter", "figure")},
	"site/list":        {ListPage{}, site("cards", "page", "list")},
	"site/person":      {PersonPage{}, site("cards", "page", "list")},
	"site/search":      {SearchPage{}, site("cards", "page", "form", "list")},
	"site/give":        {GivePage{}, site("meter", "table", "form", "page", "sandbox")},
	"site/past":        {PastPage{}, site("table", "page", "sandbox")},
	"site/stop":        {StopPage{}, site("form", "page")},
	"site/bank":        {BankPage{}, site("form", "page", "sandbox")},
	"site/thanks":      {ThanksPage{}, site("page", "sandbox")},
	"site/proof":       {ProofPage{}, site("form", "page", "sandbox")},
	"site/sandbox":     {SandboxPage{}, site("form", "page", "sandbox")},
	"site/books":       {BooksPage{}, site("meter", "figure", "table", "page", "books", "sandbox")},
	"site/verify":      {VerifyPage{}, site("table", "page", "books", "sandbox")},
	"site/supporters":  {SupportersPage{}, site("page", "books", "list", "sandbox")},
	"site/history":     {HistoryPage{}, site("form", "page", "entry", "diff")},
	"site/corrections": {CorrectionsPage{}, site("table", "page", "entry", "list")},
	"site/newsletter":  {NewsletterPage{}, site("page")},
	"site/about":       {AboutPage{}, site("figure", "table", "article", "page")},
	"site/my":          {MyPage{}, site("table", "form", "page", "sandbox")},
	"site/myform":      {MyFormPage{}, site("table", "form", "page", "sandbox")},
	"site/mystatement": {MyStatementPage{}, site("table", "form", "page", "sandbox", "books")},
	"site/error":       {ErrorPage{}, site("form", "page", "note", "list")},

	"desk/signin":  {SignInPage{}, deskShell},
	"desk/code":    {CodePage{}, deskShell},
	"desk/enrol":   {EnrolPage{}, deskShell},
	"desk/setup":   {SetupPage{}, deskShell},
	"desk/link":    {LinkPage{}, deskShell},
	"desk/choose":  {ChoosePage{}, deskShell},
	"desk/prove":   {ProvePage{}, deskShell},
	"desk/recover": {RecoverPage{}, deskShell},
	"desk/codes":   {CodesPage{}, deskShell},
	"desk/home":    {HomePage{}, deskShell},
	"desk/form":    {FormPage{}, deskShell},
	"desk/list":    {ListDeskPage{}, deskShell},
	"desk/view":    {ViewPage{}, deskShell},
	"desk/library": {LibraryPage{}, append([]string{"board", "shelf"}, deskShell...)},
	"desk/picture": {PicturePage{}, append([]string{"shelf"}, deskShell...)},
	"desk/stories": {StoriesPage{}, append([]string{"board"}, deskShell...)},
	"desk/board":   {BoardPage{}, append([]string{"board"}, deskShell...)},
	"desk/mail":    {MailPage{}, deskShell},
	"desk/money":   {MoneyPage{}, deskShell},
	"desk/edit":    {EditPage{}, append([]string{"article", "editor"}, deskShell...)},
	"desk/changes": {ChangesPage{}, append([]string{"diff"}, deskShell...)},
	"desk/error":   {DeskErrorPage{}, deskShell},

	"mail/article": {data: ArticleMail{}},

	"mail/bank":   {data: BankMail{}},
	"mail/gift":   {data: GiftMail{}},
	"mail/held":   {data: HeldMail{}},
	"mail/news":   {data: NewsMail{}},
	"mail/refund": {data: RefundMail{}},

	"mail/plan_failed":  {data: PlanMail{}},
	"mail/plan_last":    {data: PlanMail{}},
	"mail/plan_lost":    {data: PlanMail{}},
	"mail/remind":       {data: RemindMail{}},
	"mail/plan_notice":  {data: PlanMail{}},
	"mail/plan_changed": {data: PlanMail{}},
	"mail/plan_paused":  {data: PlanMail{}},
	"mail/plan_resumed": {data: PlanMail{}},
	"mail/plan_ending":  {data: PlanMail{}},
	"mail/plan_ended":   {data: PlanMail{}},

	"mail/receipt_sent":     {data: ReceiptMail{}},
	"mail/receipt_replaced": {data: ReceiptMail{}},
	"mail/receipt_voided":   {data: ReceiptMail{}},

	"mail/staff":    {data: StaffMail{}},
	"mail/notices":  {data: NoticesMail{}},
	"mail/security": {data: SecurityMail{}},
	"mail/donor":    {data: DonorMail{}},
}

func site(more ...string) []string { return append(more, siteShell...) }
