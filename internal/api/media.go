package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"masthead.dev/masthead/internal/editorial"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/news"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// maxUpload is the longest file with what stands round it.
const maxUpload = 41 << 20

// picture is what is known of a picture.
type picture struct {
	ID          string            `json:"id"`
	State       string            `json:"state" doc:"waiting: its sizes are being made; ready; refused"`
	Refusal     string            `json:"refusal,omitempty" doc:"why it was refused"`
	Filename    string            `json:"filename,omitempty"`
	Mime        string            `json:"mime"`
	Width       int               `json:"width"`
	Height      int               `json:"height"`
	Bytes       int64             `json:"bytes" doc:"of the original, which stays private"`
	Credit      string            `json:"credit,omitempty"`
	Rights      string            `json:"rights,omitempty"`
	RightsUntil *time.Time        `json:"rights_until,omitempty"`
	Focal       [2]int            `json:"focal" doc:"ten-thousandths of width and height"`
	Decorative  bool              `json:"decorative,omitempty"`
	Alt         map[string]string `json:"alt,omitempty" doc:"by language"`
	Caption     map[string]string `json:"caption,omitempty" doc:"by language"`
	Created     time.Time         `json:"created_at"`
	By          string            `json:"by,omitempty" doc:"account"`
}

type pictures struct {
	Pictures []picture `json:"pictures"`
	Next     string    `json:"next,omitempty"`
}

// describe is what may be said of a picture. What is left out stays as it is.
type describe struct {
	Credit      *string           `json:"credit,omitempty"`
	Rights      *string           `json:"rights,omitempty"`
	RightsUntil *time.Time        `json:"rights_until,omitempty"`
	Focal       *[2]int           `json:"focal,omitempty"`
	Decorative  *bool             `json:"decorative,omitempty"`
	Alt         map[string]string `json:"alt,omitempty" doc:"by language; an empty text takes one away"`
	Caption     map[string]string `json:"caption,omitempty" doc:"by language; an empty text takes one away"`
}

func (a *API) aboutMedia() []Op {
	write := []staff.Action{staff.WriteOwn, staff.EditDrafts}
	return []Op{
		{ID: "addPicture", Method: "POST", Path: "/media", Group: "media", Does: "Brings a picture in: a form with file, credit, alt and lang. The same file twice is one picture.", Scope: staff.MediaScope, May: write,
			Files: true, Out: picture{}, Status: http.StatusCreated, Tagged: true, do: a.addPicture},
		{ID: "listPictures", Method: "GET", Path: "/media", Group: "media", Does: "Lists the pictures of the library, the newest first.", Scope: staff.MediaScope, May: []staff.Action{staff.EditMedia},
			Query: with(Param{Name: "q", Does: "words of name, credit, rights, description or caption"}, Param{Name: "by", Does: "account that brought it"},
				Param{"lack", "only those that lack something, or whose rights end", texts(store.MediaLacks)}), Out: pictures{}, do: a.listPictures},
		{ID: "readPicture", Method: "GET", Path: "/media/{id}", Group: "media", Does: "Reads what is known of a picture.", Scope: staff.MediaScope, May: []staff.Action{staff.WriteOwn, staff.ReadDrafts},
			Out: picture{}, Tagged: true, do: a.readPicture},
		{ID: "describePicture", Method: "PATCH", Path: "/media/{id}", Group: "media", Does: "Changes credit, rights, description or focal point of a picture.", Scope: staff.MediaScope, May: []staff.Action{staff.EditMedia},
			In: describe{}, Out: picture{}, Tagged: true, Guarded: true, do: a.describePicture, Example: object{"credit": "Photo: Ada Lin", "alt": object{"en": "A ferry in fog"}}},
	}
}

func pictureOf(p media.Picture) picture {
	return picture{ID: p.ID, State: p.State, Refusal: p.Refusal, Filename: p.Filename, Mime: p.Mime, Width: p.Width, Height: p.Height, Bytes: p.Bytes, Credit: p.Credit, Rights: p.Rights,
		RightsUntil: stamp(p.RightsUntil), Focal: [2]int{p.FocalX, p.FocalY}, Decorative: p.Decorative, Alt: p.Alt, Caption: p.Caption, Created: p.CreatedAt.UTC(), By: p.CreatedBy}
}

// pictureTag is the state of what a person may change of a picture.
func pictureTag(p media.Picture) string {
	v := pictureOf(p)
	v.State, v.Refusal = "", "" // follow by themselves
	return tagOf(v)
}

func (a *API) addPicture(ctx context.Context, c *Call) (any, error) {
	if a.Archive == nil {
		return nil, errNoPictures
	}
	data, p, err := c.file()
	if err != nil {
		return nil, err
	}
	p.CreatedBy = c.Me.ID
	if p, err = a.Archive.Add(ctx, data, p); err != nil {
		return nil, err
	}
	c.Tag(pictureTag(p))
	c.header["Location"] = Root + "/media/" + p.ID
	return pictureOf(p), nil
}

func (a *API) listPictures(ctx context.Context, c *Call) (any, error) {
	f := store.MediaFilter{Lack: store.MediaLack(c.Value("lack")), By: c.Value("by"), Text: c.Value("q")}
	if !editorial.HoldsLibrary(c.Me) {
		f.By = c.Me.ID // their own alone
	}
	after, err := storyKey(c.Value("cursor"))
	if err != nil {
		return nil, err
	}
	list, err := a.Store.Library(ctx, f, store.MediaKey(after), c.Limit()+1)
	if err != nil {
		return nil, err
	}
	list, rest := more(list, c.Limit())
	out := pictures{Pictures: []picture{}}
	for _, p := range list {
		out.Pictures = append(out.Pictures, pictureOf(p))
	}
	if rest {
		k := f.KeyOf(list[len(list)-1])
		out.Next = c.Next(strconv.FormatInt(k.At.UnixMilli(), 10) + "-" + k.ID)
	}
	return out, nil
}

// file reads a form with a picture.
func (c *Call) file() ([]byte, media.Picture, error) {
	c.Body = http.MaxBytesReader(nil, c.Body, maxUpload)
	file, head, err := c.FormFile("file")
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, media.Picture{}, fault.Wrap(fault.TooLarge, err, "the file is over 40 MB; make it smaller")
	}
	if err != nil {
		return nil, media.Picture{}, fault.Wrap(fault.Invalid, err, "send a form (multipart/form-data) with the picture as file")
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, media.Picture{}, fault.Wrap(fault.Invalid, err, "the file did not arrive whole; send it again")
	}
	p := media.Picture{Filename: news.Line(head.Filename), Credit: news.Line(c.FormValue("credit"))}
	if alt, lang := news.Line(c.FormValue("alt")), c.FormValue("lang"); alt != "" && lang != "" {
		p.Alt = map[string]string{lang: alt}
	}
	return data, p, nil
}

func (a *API) readPicture(ctx context.Context, c *Call) (any, error) {
	p, err := a.room.Picture(ctx, c.Me, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c.Tag(pictureTag(p))
	return pictureOf(p), nil
}

func (a *API) describePicture(ctx context.Context, c *Call) (any, error) {
	var in describe
	if err := c.Read(&in, maxBody); err != nil {
		return nil, err
	}
	var p media.Picture
	err := c.Write(func(ctx context.Context, tx *store.Tx) (err error) {
		if p, err = tx.Media(ctx, c.PathValue("id")); err != nil {
			return err
		}
		if err := c.May(staff.EditMedia, staff.Object{Authors: []string{p.CreatedBy}}); err != nil {
			return err
		}
		if err := c.Match(pictureTag(p), pictureOf(p)); err != nil {
			return err
		}
		in.over(&p)
		if err := tx.DescribeMedia(ctx, p); err != nil {
			return err
		}
		return tx.Audit(ctx, c.By(), "media.described", "media", p.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	c.Tag(pictureTag(p))
	return pictureOf(p), nil
}

func (in describe) over(p *media.Picture) {
	if in.Credit != nil {
		p.Credit = news.Line(*in.Credit)
	}
	if in.Rights != nil {
		p.Rights = news.Line(*in.Rights)
	}
	if in.RightsUntil != nil {
		p.RightsUntil = in.RightsUntil.UTC().Truncate(time.Millisecond)
	}
	if in.Focal != nil {
		p.FocalX, p.FocalY = min(max(in.Focal[0], 0), 10000), min(max(in.Focal[1], 0), 10000)
	}
	if in.Decorative != nil {
		p.Decorative = *in.Decorative
	}
	p.Alt, p.Caption = worded(p.Alt, in.Alt), worded(p.Caption, in.Caption)
}

func worded(was, more map[string]string) map[string]string {
	out := map[string]string{}
	for lang, text := range was {
		out[lang] = text
	}
	for lang, text := range more {
		if out[lang] = news.Line(text); out[lang] == "" {
			delete(out, lang)
		}
	}
	return out
}
