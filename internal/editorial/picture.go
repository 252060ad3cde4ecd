package editorial

import (
	"context"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
)

// HoldsPicture tells whether a picture is a person's to work on.
func HoldsPicture(p staff.Person, pic media.Picture) staff.Decision {
	return staff.May(p, staff.EditMedia, staff.Object{Authors: []string{pic.CreatedBy}})
}

// HoldsLibrary tells whether a person works with the whole library, not with what
// they brought alone.
func HoldsLibrary(p staff.Person) bool { return HoldsPicture(p, media.Picture{CreatedBy: "-"}).OK() }

// Picture finds a picture that a person may look at: one of theirs to work on, or
// one that a story shows which they may read.
func (r Room) Picture(ctx context.Context, p staff.Person, id string) (media.Picture, error) {
	pic, err := r.Store.Media(ctx, id)
	if err != nil || HoldsPicture(p, pic).OK() {
		return pic, err
	}
	list, _, err := r.PictureUses(ctx, p, id)
	if err == nil && len(list) == 0 {
		err = refuse(fault.Denied, "library.notyours")
	}
	return pic, err
}

// PictureUses are the stories with a picture that a person may see, and how many
// there are in all.
func (r Room) PictureUses(ctx context.Context, p staff.Person, id string) ([]store.MediaUse, int, error) {
	var f store.StoryFilter
	Limit(p, &f)
	return r.Store.UsesOf(ctx, id, f)
}
