package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/source/wxr"
	"masthead.dev/masthead/internal/store"
)

// pictureKey is by what the addresses of one picture are known to be the same:
// host and path, without the size that WordPress adds.
func pictureKey(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Path == "" {
		return ""
	}
	return bareHost(u.Host) + fullSize(u.Path)
}

// describe is what is known of a picture besides its file.
type describe struct{ Filename, Alt, Caption string }

func (r *run) picture(d describe) media.Picture {
	return media.Picture{Filename: d.Filename, Alt: r.words(d.Alt), Caption: r.words(d.Caption)}
}

// adder records a picture together with what the import remembers of it.
type adder struct {
	*run
	after func(ctx context.Context, tx *store.Tx, p media.Picture) error
}

// AddMedia implements media.Store.
func (a adder) AddMedia(ctx context.Context, p media.Picture) (got media.Picture, err error) {
	err = a.im.Store.Write(ctx, func(tx *store.Tx) error {
		if got, err = tx.AddMedia(ctx, p); err != nil {
			return err
		}
		return a.after(ctx, tx, got)
	})
	return got, err
}

// takeIn puts a picture into the archive, under an id made of its content. In a
// dry run it only looks at the file.
func (r *run) takeIn(ctx context.Context, data []byte, d describe, after func(context.Context, *store.Tx, media.Picture) error) (string, error) {
	sum := sha256.Sum256(data)
	p := r.picture(d)
	p.ID = r.name("media", hex.EncodeToString(sum[:]))
	if r.opt.DryRun {
		_, err := media.Inspect(data, media.Limits{})
		return p.ID, err
	}
	a := media.Archive{Blobs: r.im.Blobs, Store: adder{r, after}}
	got, err := a.Add(ctx, data, p)
	return got.ID, err
}

// maxFile is the size over which a file is not even read; media has its own limit.
const maxFile = 40 << 20

// load gets a file from the folder, else from the site; ok is false where it is
// in neither, and why then says so.
func (r *run) load(ctx context.Context, address, attached string) (data []byte, why string, err error) {
	if f, ok := r.files.find(address, attached); ok {
		data, err = f.read(maxFile)
		return data, sayOf(err), stop(ctx)
	}
	if r.fetcher == nil {
		return nil, "its file is not there", nil
	}
	data, err = r.fetcher.get(ctx, address, maxFile)
	return data, sayOf(err), stop(ctx)
}

func stop(ctx context.Context) error {
	return fault.Wrap(fault.Unavailable, ctx.Err(), "the import was stopped; what was brought in stays, and running it again goes on from there")
}

func sayOf(err error) string {
	if err == nil {
		return ""
	}
	if s := fault.Say(err); s != "" {
		return s
	}
	return "its file can't be read"
}

func (b *bringer) bringAttachments(ctx context.Context) error {
	for i, it := range b.walk.attachments {
		b.tell("attachment", i, len(b.walk.attachments))
		id, o, err := b.bringAttachment(ctx, it)
		if err != nil {
			return err
		}
		b.rep.record(wxr.KindAttachment, o)
		b.notePicture(it, id)
	}
	return nil
}

// notePicture lets stories find the picture by number and by address.
func (b *bringer) notePicture(it *wxr.Item, id string) {
	if it.Source != "" {
		b.pictures[it.Source] = id
	}
	if k := pictureKey(it.AttachmentURL); k != "" && b.pictures[k] == "" {
		b.pictures[k] = id
	}
}

// bringAttachment brings an upload in and returns its picture, "" where there is
// none to show.
func (b *bringer) bringAttachment(ctx context.Context, it *wxr.Item) (string, outcome, error) {
	who := identity(it)
	d := describe{Filename: path.Base(firstOf(it.AttachedFile, it.AttachmentURL)), Alt: clip(it.Alt, 2000), Caption: clip(it.Caption, 5000)}
	old, known := b.have(it.Kind, who)
	size := int64(-1)
	if f, ok := b.files.find(it.AttachmentURL, it.AttachedFile); ok {
		size = f.size
	}
	if known && old.ObjectID != "" && b.older(old) {
		o := outcome{was: skipped, why: whyOlder, needs: b.openNeeds(it.Kind, who)}
		return old.ObjectID, o, b.putMissing(ctx, b.attachmentAddresses(it, old.ObjectID))
	}
	file := fingerprint(it.AttachmentURL, size)
	if was := parseHash(old.Hash); known && old.ObjectID != "" && (size < 0 || strings.HasPrefix(was.rest, file)) {
		return b.describeAgain(ctx, it, old, d)
	}
	return b.addAttachment(ctx, it, d, file, old)
}

// addAttachment takes the file in, or says why not.
func (b *bringer) addAttachment(ctx context.Context, it *wxr.Item, d describe, file string, old store.ImportItem) (string, outcome, error) {
	who := identity(it)
	item := func(media string) store.ImportItem {
		v := store.ImportItem{Kind: it.Kind, SourceID: who, ObjectID: media}
		if media != "" {
			v.ObjectKind = store.ToMedia
		}
		v.Hash = hash{fingerprint(d), file + fingerprint(b.attachmentAddresses(it, media))}.String()
		return v
	}
	why, data := "", []byte(nil)
	if isPicture(d.Filename) {
		var err error
		if data, why, err = b.load(ctx, it.AttachmentURL, it.AttachedFile); err != nil {
			return "", outcome{}, err
		}
	} else {
		why = "sound, film and documents can't be kept yet"
	}
	if why == "" {
		was := written
		if old.ObjectID != "" {
			was = updated
		}
		id, err := b.takeIn(ctx, data, d, func(ctx context.Context, tx *store.Tx, p media.Picture) error {
			return b.remember(ctx, tx, item(p.ID), b.attachmentAddresses(it, p.ID), nil)
		})
		if err == nil {
			return id, outcome{was: was}, nil
		}
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			return "", outcome{}, err
		}
		why = sayOf(err)
	}
	n := b.need(it.Kind, who, "", "", firstOf(it.Title, d.Filename), "The upload is not here: "+why+".", it.AttachmentURL)
	o := skip(why, n)
	v := item("")
	if old.Hash == v.Hash || b.older(old) {
		o.needs = b.openNeeds(it.Kind, who)
		return "", o, b.putMissing(ctx, b.attachmentAddresses(it, ""))
	}
	return "", o, b.write(ctx, func(tx *store.Tx) error {
		return b.remember(ctx, tx, v, b.attachmentAddresses(it, ""), []store.Need{n})
	})
}

// isPicture tells by its name whether a file may be one that can be shown; the
// bytes have the last word.
func isPicture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp3", ".m4a", ".ogg", ".oga", ".wav", ".flac", ".mp4", ".m4v", ".mov", ".webm", ".ogv", ".avi", ".wmv", ".mpg", ".3gp",
		".pdf", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".odp", ".key", ".zip", ".txt", ".csv", ".rtf", ".vtt", ".srt":
		return false
	}
	return true
}

// describeAgain brings the words of a picture that is here up to date.
func (b *bringer) describeAgain(ctx context.Context, it *wxr.Item, old store.ImportItem, d describe) (string, outcome, error) {
	was := parseHash(old.Hash)
	addresses := b.attachmentAddresses(it, old.ObjectID)
	file := was.rest[:min(len(was.rest), fingerprintLen)]
	h := hash{fingerprint(d), file + fingerprint(addresses)}
	open := b.openNeeds(it.Kind, old.SourceID)
	if old.Hash == h.String() {
		return old.ObjectID, outcome{was: unchanged, needs: open}, nil
	}
	p, err := b.im.Store.Media(ctx, old.ObjectID)
	if fault.Is(err, fault.NotFound) {
		return "", skip(whyRemoved, open...), nil
	}
	if err != nil {
		return "", outcome{}, err
	}
	changed := was.content != h.content
	if changed && fingerprint(describe{p.Filename, p.Alt[b.lang], p.Caption[b.lang]}) != was.content {
		return p.ID, skip(whyEdited, b.need(it.Kind, old.SourceID, store.ToMedia, p.ID, firstOf(it.Title, d.Filename),
			"It was changed in the source and at the desk; compare the two.", "")), nil
	}
	next := b.picture(d)
	p.Filename, p.Alt, p.Caption = next.Filename, next.Alt, next.Caption
	old.Hash = h.String()
	return p.ID, outcome{was: updated}, b.write(ctx, func(tx *store.Tx) error {
		if changed {
			if err := tx.DescribeMedia(ctx, p); err != nil {
				return err
			}
		}
		return b.remember(ctx, tx, old, addresses, nil)
	})
}

// fingerprintLen is the length of what fingerprint returns.
const fingerprintLen = 24

// shown finds the picture that a body shows, and takes it in where it is no
// attachment of the export. why says what is the matter where there is none.
func (b *bringer) shown(ctx context.Context, ref, address string) (id, why string, err error) {
	k := pictureKey(address)
	for _, known := range []string{ref, k} {
		if id := b.pictures[known]; known != "" && id != "" {
			return id, "", nil
		}
	}
	if k == "" {
		return "", "its file is not there", nil
	}
	if old, known := b.have("picture", k); known {
		b.pictures[k] = old.ObjectID
		return old.ObjectID, "", nil
	}
	data, why, err := b.load(ctx, address, "")
	if err != nil || why != "" {
		return "", why, err
	}
	d := describe{Filename: path.Base(k)}
	id, err = b.takeIn(ctx, data, d, func(ctx context.Context, tx *store.Tx, p media.Picture) error {
		file, _ := b.walk.site.local(fullSize(address))
		var addresses []store.Address
		if file != "" {
			addresses = []store.Address{{Path: file, Kind: store.ToMedia, Object: p.ID}}
		}
		return b.remember(ctx, tx, store.ImportItem{Kind: "picture", SourceID: k, Hash: fingerprint(d), ObjectKind: store.ToMedia, ObjectID: p.ID}, addresses, nil)
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return "", sayOf(err), nil
	}
	b.pictures[k] = id
	return id, "", err
}
