package story

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// The form for several pictures: at most so many files, and bytes in all. The
// files are read one after the other.
const (
	maxPictures = 40
	maxShelf    = 400 << 20
)

// pictureTypes are what a field for pictures offers.
const pictureTypes = "image/jpeg,image/png,image/gif,image/webp"

// brought is what became of one file.
type brought struct {
	name    string
	picture media.Picture
	known   bool            // the very file was here already
	alike   []media.Picture // that look the same
	err     error           // it was refused
}

// bring takes in one picture, and finds what looks the same.
func (d *Pages) bring(ctx context.Context, v *visit, data []byte, p media.Picture) (out brought) {
	out.name, p.CreatedBy = p.Filename, v.Account.ID
	sum := sha256.Sum256(data)
	if out.known, out.err = d.Store.MediaKnown(ctx, hex.EncodeToString(sum[:])); out.err != nil {
		return out
	}
	if out.picture, out.err = d.Archive.Add(ctx, data, p); out.err != nil || out.known {
		return out
	}
	print, err := d.Archive.Fingerprint(ctx, data)
	if err == nil {
		out.alike, err = d.Store.Alike(ctx, print, out.picture.ID)
	}
	if err != nil && fault.KindOf(err) == fault.Internal { // what can't be read at all is refused when its sizes are made
		out.err = err
	}
	return out
}

func (d *Pages) newPictures(ctx context.Context, v *visit) (web.Page, error) {
	return v.Draw("desk/form", v.newPicturesPage(ctx, nil))
}

func (v *visit) newPicturesPage(ctx context.Context, bad fault.Fields) web.FormPage {
	f := v.Frame(ctx, "library.add")
	form := web.Form{ID: "pictures", Action: "/desk/media/new", Nonce: v.Nonce(), Submit: v.Loc.T("library.send"), Errors: desk.ErrorsOf(bad, "files"),
		Groups: []web.FieldGroup{{Fields: []web.Field{
			{Name: "credit", Label: v.Loc.T("library.field.credit"), Hint: v.Loc.T("library.all.hint"), Optional: true, Dir: "auto"},
			{Name: "rights", Label: v.Loc.T("library.field.rights"), Optional: true, Dir: "auto"},
			{Name: "files", Kind: "file", Many: true, Accept: pictureTypes, Label: v.Loc.T("library.files"), Hint: v.Loc.T("library.files.hint", "n", maxPictures), Required: true},
		}}}}
	return web.FormPage{DeskFrame: f, Heading: f.Title, Forms: []web.Form{form},
		Panels: []web.Panel{{ID: "say", Heading: v.Loc.T("library.private"), Text: v.Loc.T("library.private.say"), Links: []web.Link{{Text: v.Loc.T("library.back"), Href: "/desk/media"}}}}}
}

// doNewPictures takes in several pictures by one form.
func (d *Pages) doNewPictures(ctx context.Context, v *visit) (web.Page, error) {
	if d.Archive == nil {
		return web.Page{}, fault.New(fault.Unavailable, "no pictures can be kept here")
	}
	if v.Standing("") == desk.SignedOut { // hundreds of MB are not for anybody to send
		return desk.See("/desk/sign-in"), nil
	}
	if !v.MayOpen(desk.Only(staff.EditMedia)) {
		return web.Page{}, v.Refuse(fault.Denied, "staff.why.role")
	}
	done, err := d.readPictures(ctx, v)
	var fields fault.Fields
	if errors.As(err, &fields) {
		return v.Again("desk/form", v.newPicturesPage(ctx, fault.Fields{"files": v.Loc.T("library.files." + fields["files"])}))
	}
	if err != nil {
		return web.Page{}, err
	}
	return v.Draw("desk/list", v.broughtPage(ctx, done))
}

// readPictures reads the form part by part. The nonce stands before the files.
func (d *Pages) readPictures(ctx context.Context, v *visit) (done []brought, err error) {
	v.Body = http.MaxBytesReader(nil, v.Body, maxShelf)
	parts, err := v.MultipartReader()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "this form could not be read; load the page again and send it once more")
	}
	values := map[string]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, tooMuch(err)
		}
		if part.FormName() != "files" {
			text, err := io.ReadAll(io.LimitReader(part, 10_000))
			if err != nil {
				return nil, tooMuch(err)
			}
			values[part.FormName()] = news.Line(web.Clean(string(text)))
			continue
		}
		if part.FileName() == "" {
			continue
		}
		if v.Standing(values["nonce"]) != desk.Good {
			return nil, v.Refuse(fault.Denied, "library.stale")
		}
		if len(done) == maxPictures {
			return nil, fault.Fields{"files": "many"}
		}
		one, err := d.readPicture(ctx, v, part, values)
		if err != nil {
			return nil, err
		}
		done = append(done, one)
	}
	if len(done) == 0 {
		return nil, fault.Fields{"files": "none"}
	}
	return done, nil
}

func (d *Pages) readPicture(ctx context.Context, v *visit, part *multipart.Part, values map[string]string) (brought, error) {
	data, err := io.ReadAll(io.LimitReader(part, maxPicture))
	if err != nil {
		return brought{}, tooMuch(err)
	}
	one := d.bring(ctx, v, data, media.Picture{Filename: news.Line(part.FileName()), Credit: values["credit"], Rights: values["rights"]})
	if k := fault.KindOf(one.err); one.err != nil && k != fault.Invalid && k != fault.TooLarge {
		return one, one.err
	}
	return one, nil
}

func tooMuch(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.Fields{"files": "large"}
	}
	return fault.Wrap(fault.Invalid, err, "this form could not be read; load the page again and send it once more")
}

// broughtPage says of each file what became of it.
func (v *visit) broughtPage(ctx context.Context, done []brought) web.ListDeskPage {
	f := v.Frame(ctx, "library.brought")
	p := web.ListDeskPage{DeskFrame: f, Heading: f.Title, Intro: v.Loc.T("library.brought.say"), Action: &web.Link{Text: v.Loc.T("library.back"), Href: "/desk/media"},
		Table: web.Table{Caption: f.Title, Columns: v.Columns("library.file", "library.became", "library.same")}}
	for _, b := range done {
		row := web.Row{Cells: []web.Cell{{Text: b.name, Href: "/desk/media/" + b.picture.ID, Dir: "auto"}, {Text: v.Loc.T("library.in")}, {}}}
		switch {
		case b.err != nil:
			row.Cells[0].Href = ""
			row.Cells[1] = web.Cell{Text: v.refusal(b.err), Tag: &web.Tag{Text: v.Loc.T("library.tag.refused"), Kind: "stop"}}
		case b.known:
			row.Cells[1] = web.Cell{Text: v.Loc.T("library.known"), Tag: &web.Tag{Text: v.Loc.T("library.tag.known"), Kind: "hint"}}
		case len(b.alike) > 0:
			row.Cells[1].Tag = &web.Tag{Text: v.Loc.T("library.tag.twin"), Kind: "hint"}
			row.Cells[2] = web.Cell{Text: v.Loc.T("library.alike", "name", nameOf(b.alike[0])), Href: "/desk/media/" + b.alike[0].ID}
			if !v.holds(b.alike[0]).OK() {
				row.Cells[2].Href = ""
			}
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p
}

// refusal says in the person's language why a file was not taken.
func (v *visit) refusal(err error) string {
	if say := fault.Say(v.Tell(err)); say != "" {
		return say
	}
	return v.Loc.T("library.refused")
}
