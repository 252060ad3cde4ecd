package news

import (
	"context"

	"masthead.dev/masthead/internal/fault"
)

// Readdress gives a published article the address of the outlet's pattern as it
// is now; the one that it had leads there for ever. It tells whether the address
// changed. Articles whose language the outlet does not publish in any more keep
// theirs. Whether an article came with an address of its own, from an import, is
// the caller's to know.
func (n Newsroom) Readdress(ctx context.Context, tx Store, article string) (bool, error) {
	p, err := tx.Publication(ctx, article)
	if fault.Is(err, fault.NotFound) { // taken back meanwhile
		return false, nil
	}
	if err != nil || p.Content.Kind == Page {
		return false, err
	}
	o, err := tx.Outlet(ctx)
	if err != nil || !o.Speaks(p.Lang) {
		return false, err
	}
	path, err := n.wish(ctx, tx, o, p, Order{})
	if err != nil {
		return false, err
	}
	if path, err = settle(ctx, tx, path, p, true); err != nil || path == p.Path {
		return false, err
	}
	p.Path = path
	return true, tx.PutPublication(ctx, p)
}
