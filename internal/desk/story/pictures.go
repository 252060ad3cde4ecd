package story

import (
	"context"
	"io"
	"net/http"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/web"
)

// maxPicture bounds what is sent with a picture: the longest file that the
// archive takes, and the form round it.
const maxPicture = 41 << 20

// previewWidth is how wide, in pixels, pictures are shown in the editor.
const previewWidth = 960

// mayWrite tells whether somebody may write stories at all.
func (v *visit) mayWrite() bool {
	return v.MayOpen([]staff.Action{staff.WriteOwn, staff.EditDrafts})
}

// taken is the answer to a picture that was brought in.
type taken struct {
	ID string `json:"id"`
	web.EditMedium
}

// doPicture takes in a picture for a story. It is not public until something
// published shows it.
func (d *Pages) doPicture(ctx context.Context, v *visit) (web.Page, error) {
	if d.Archive == nil {
		return v.answerFault(fault.New(fault.Unavailable, "no pictures can be kept here"))
	}
	if err := web.ReadForm(v.Request, maxPicture); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(v.PostForm.Get("nonce")); !ok {
		return p, nil
	}
	if !v.mayWrite() {
		return v.answerFault(v.Refuse(fault.Denied, "write.notyours"))
	}
	file, head, err := v.FormFile("file")
	if err != nil {
		return v.answerFault(fault.Wrap(fault.Invalid, err, "there is no file in this form; choose a picture"))
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return web.Page{}, err
	}
	p, err := d.Archive.Add(ctx, data, media.Picture{Filename: news.Line(head.Filename), CreatedBy: v.Account.ID})
	if err != nil {
		return v.answerFault(err)
	}
	return answer(http.StatusOK, taken{p.ID, medium(p, v.Loc.Lang())}), nil
}

// doDescribe changes whose a picture is, and the point of it that stays in sight.
// Fields that are not sent stay as they are.
func (d *Pages) doDescribe(ctx context.Context, v *visit) (web.Page, error) {
	var in struct {
		Nonce  string  `json:"nonce"`
		Credit *string `json:"credit"`
		Focal  *[2]int `json:"focal"` // ten-thousandths of width and height
	}
	if err := v.message(&in); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(in.Nonce); !ok {
		return p, nil
	}
	p, err := d.Store.Media(ctx, v.PathValue("id"))
	if err != nil {
		return v.answerFault(err)
	}
	if may := v.May(staff.EditMedia, staff.Object{Authors: []string{p.CreatedBy}}); !may.OK() {
		return v.answerFault(v.Refuse(fault.Denied, may.Why))
	}
	if in.Credit != nil {
		p.Credit = news.Line(*in.Credit)
	}
	if in.Focal != nil {
		p.FocalX, p.FocalY = min(max(in.Focal[0], 0), 10000), min(max(in.Focal[1], 0), 10000)
	}
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DescribeMedia(ctx, p); err != nil {
			return err
		}
		return tx.Audit(ctx, v.By(), "media.described", "media", p.ID, nil)
	})
	if err != nil {
		return v.answerFault(err)
	}
	return answer(http.StatusOK, map[string]string{"state": "saved"}), nil
}

// picture shows a picture to the newsroom, whether readers may see it or not. The
// original never gets out: it holds who took it where.
func (d *Pages) picture(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.Store.Media(ctx, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	size, ok := p.Fit(previewWidth)
	if !ok || d.Blobs == nil {
		return web.Page{}, fault.New(fault.NotFound, "the sizes of this picture are not made yet; try again in a moment")
	}
	body, err := blob.Read(ctx, d.Blobs, size.Key)
	if err != nil {
		return web.Page{}, err
	}
	return web.Page{Type: media.TypeOf(size.Ext), Body: body}, nil
}
