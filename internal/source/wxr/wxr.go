// Package wxr reads WordPress exports (WXR 1.0, 1.1 and 1.2): an RSS file with
// elements of WordPress's own. It goes through the file once, an item at a time,
// and turns each into a neutral item whose text is a typed document. It is pure:
// no network, no database; pictures stay references until an importer finds them.
package wxr

import (
	"time"

	"masthead.dev/masthead/internal/document"
)

// Site is what the head of an export says about the site.
type Site struct {
	Title       string
	Description string
	Link        string // address of the front page, from the channel
	BaseSiteURL string // root of the network, on WordPress.com
	BaseBlogURL string // root of this site
	Language    string // such as "en-US"; "" when the export names none
	Version     string // of the format, such as "1.2"
	Generator   string
	Cleaned     int // control characters that XML forbids, taken out while reading
}

// Author is a person who may have written.
type Author struct {
	ID, Login, Email    string
	DisplayName         string
	FirstName, LastName string
	Description         string
}

// Taxonomies that the importer knows by name.
const (
	TaxonomyCategory = "category"
	TaxonomyTag      = "post_tag"
	TaxonomyAuthor   = "author" // of the plug-in Co-Authors Plus
)

// Term is a category, a tag or a term of another taxonomy.
type Term struct {
	ID          string
	Taxonomy    string
	Slug        string
	Parent      string // slug of the term above, "" at the top
	Name        string
	Description string
}

// Kinds of item that the importer knows by name; others are whatever plug-ins and
// themes made up.
const (
	KindPost       = "post"
	KindPage       = "page"
	KindAttachment = "attachment"
	KindMenuItem   = "nav_menu_item"
)

// States of an item.
const (
	StatusPublished = "publish"
	StatusDraft     = "draft"
	StatusPending   = "pending"
	StatusPrivate   = "private"
	StatusScheduled = "future"
	StatusTrash     = "trash"
	StatusInherit   = "inherit" // attachments: that of the post they hang on
)

// Item is a post, a page, an attachment or anything else that was exported.
type Item struct {
	Kind   string // wp:post_type
	Source string // wp:post_id: unique in its site
	Title  string // plain text
	Slug   string // decoded; "" when there is none
	Link   string // the permanent address as exported, maybe relative
	GUID   string

	Published time.Time // UTC; zero when the export has no date
	Modified  time.Time // UTC; zero when the export has none
	Status    string
	Password  bool // readers would be asked for one
	Sticky    bool
	Parent    string // Source of the item above, "" for none
	Order     int

	Authors    []string // logins, or names where an export gives only names; the first leads
	Categories []TermRef
	Tags       []TermRef
	Terms      []TermRef // of other taxonomies

	Excerpt         string // plain text
	Thumbnail       string // Source of the attachment that leads the story
	OldSlugs        []string
	MetaTitle       string // from Yoast and its kin
	MetaDescription string
	Enclosure       string // address of a podcast's sound

	AttachmentURL string // attachments only, as are the next three
	AttachedFile  string // path under the uploads folder, such as 2013/06/a.jpg
	Alt           string
	Caption       string // plain text

	Comments int // not brought, only counted
	Meta     map[string][]string

	Document *document.Document // nil where there is no text, as for attachments
	Report   document.Report
}

// TermRef names a term that an item has.
type TermRef struct{ Taxonomy, Slug, Name string }

// Public tells whether anybody may read the item: published, and no password.
func (it *Item) Public() bool { return it.Status == StatusPublished && !it.Password }

// Record is one thing read: exactly one of the three is set.
type Record struct {
	Author *Author
	Term   *Term
	Item   *Item
}

// Options steer Parse.
type Options struct {
	Zone    *time.Location // of dates that say none; UTC when nil
	NoText  bool           // leave Document nil: for a first pass that only looks
	MaxText int            // bytes of one element; 0 means 32 MiB
}

// RefChildren is the Photo.Ref of a gallery that shows whatever pictures hang on
// a post: all attachments whose Parent is that item. Other references are the
// Source of one attachment.
func RefChildren(source string) string { return childrenPrefix + source }

const childrenPrefix = "children-of:"
