package story

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/desk"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
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
	Known bool    `json:"known,omitempty"` // the very file was here already
	Alike []taken `json:"alike,omitempty"` // what looks the same, the oldest first
}

func (v *visit) taken(p media.Picture, lang string) taken {
	if lang == "" {
		lang = v.Loc.Lang()
	}
	return taken{ID: p.ID, EditMedium: v.medium(p, lang)}
}

// doPicture takes in a picture for a story. It is not public until something
// published shows it.
func (d *Pages) doPicture(ctx context.Context, v *visit) (web.Page, error) {
	if d.Archive == nil {
		return v.answerFault(fault.New(fault.Unavailable, "no pictures can be kept here"))
	}
	if v.Standing("") == desk.SignedOut { // 41 MB are not for anybody to send
		p, _ := v.turnedAway("")
		return p, nil
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
	got := d.bring(ctx, v, data, media.Picture{Filename: news.Line(head.Filename)})
	if got.err != nil {
		return v.answerFault(got.err)
	}
	lang := v.PostForm.Get("lang")
	out := v.taken(got.picture, lang)
	out.Known = got.known
	for _, p := range got.alike {
		if v.holds(p).OK() && p.State == media.Ready {
			out.Alike = append(out.Alike, v.taken(p, lang))
		}
	}
	return answer(http.StatusOK, out), nil
}

// doDescribe changes whose a picture is, the point of it that stays in sight, and
// its crop. Fields that are not sent stay as they are. The answer is the picture.
func (d *Pages) doDescribe(ctx context.Context, v *visit) (web.Page, error) {
	var in struct {
		Nonce  string  `json:"nonce"`
		Lang   string  `json:"lang"`
		Credit *string `json:"credit"`
		Focal  *[2]int `json:"focal"` // ten-thousandths of the whole width and height
		Crop   *[4]int `json:"crop"`  // left, top, width, height; the same
	}
	if err := v.message(&in); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(in.Nonce); !ok {
		return p, nil
	}
	p, err := d.change(ctx, v, v.PathValue("id"), func(p *media.Picture) error {
		if in.Credit != nil {
			p.Credit = news.Line(*in.Credit)
		}
		if in.Focal != nil {
			p.FocalX, p.FocalY = min(max(in.Focal[0], 0), 10000), min(max(in.Focal[1], 0), 10000)
		}
		if c := in.Crop; c != nil {
			if p.Crop = (media.Crop{X: c[0], Y: c[1], Width: c[2], Height: c[3]}); !p.Crop.Good() {
				return v.Refuse(fault.Invalid, "library.bad.crop")
			}
			p.Crop = media.ParseCrop(p.Crop.String())
		}
		return nil
	})
	if err != nil {
		return v.answerFault(err)
	}
	return answer(http.StatusOK, struct {
		State string `json:"state"`
		taken
	}{"saved", v.taken(p, in.Lang)}), nil
}

// picture shows a picture to those of the newsroom who work with it, whether
// readers may see it or not: cut as readers see it, or all of it (?whole=1), as
// wide as the editor shows it, or as a list does (?w=320). The original never gets
// out: it holds who took it where.
func (d *Pages) picture(ctx context.Context, v *visit) (web.Page, error) {
	p, err := d.seen(ctx, v, v.PathValue("id"))
	if err != nil {
		return web.Page{}, err
	}
	width := previewWidth
	if v.URL.Query().Get("w") == strconv.Itoa(thumb) {
		width = thumb
	}
	size, ok := p.Fit(width)
	if p.Whole != nil && v.URL.Query().Get("whole") != "" {
		size = *p.Whole
	}
	if !ok || d.Blobs == nil {
		return web.Page{}, fault.New(fault.NotFound, "the sizes of this picture are not made yet; try again in a moment")
	}
	body, err := blob.Read(ctx, d.Blobs, size.Key)
	if err != nil {
		return web.Page{}, err
	}
	return web.Page{Type: media.TypeOf(size.Ext), Body: body}, nil
}
