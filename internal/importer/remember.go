package importer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/store"
)

// name is the identifier of an object that is made of a thing of the source: the
// same in every database, so that two imports of one site agree.
func (r *run) name(parts ...string) string {
	h := sha256.New()
	fmt.Fprint(h, r.source)
	for _, p := range parts {
		fmt.Fprintf(h, "\x00%s", p)
	}
	return id.From([16]byte(h.Sum(nil)[:16]))
}

// fingerprint is a short hash of values, by their JSON.
func fingerprint(values ...any) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			panic(fmt.Sprintf("importer: %T can't be written as JSON: %v", v, err)) // our own types only
		}
	}
	return id.Encode(h.Sum(nil)[:15])
}

// hash is what is remembered of an item: one part for its content, which decides
// whether something new is published, and one for all the rest.
type hash struct{ content, rest string }

func (h hash) String() string { return h.content + "." + h.rest }

func parseHash(s string) hash {
	content, rest, _ := strings.Cut(s, ".")
	return hash{content, rest}
}

// have returns what earlier runs remember of a thing.
func (r *run) have(kind, sourceID string) (store.ImportItem, bool) {
	v, ok := r.items[key{kind, sourceID}]
	return v, ok
}

// older tells whether this export was written before the one that the item came
// with: what is older never replaces what is newer.
func (r *run) older(v store.ImportItem) bool {
	return !r.exported.IsZero() && r.exported.Before(v.Exported)
}

const whyOlder = "a newer export has brought it already"

// remember keeps what became of an item, with what it needs and its addresses,
// in the transaction that made it.
func (r *run) remember(ctx context.Context, tx *store.Tx, v store.ImportItem, addresses []store.Address, needs []store.Need) error {
	v.Source, v.Run, v.Exported = r.source, r.id, r.exported
	for _, a := range addresses {
		a.Source = r.source
		if _, err := tx.PutAddress(ctx, a); err != nil {
			return err
		}
	}
	if err := tx.PutNeeds(ctx, r.source, v.Kind, v.SourceID, needs); err != nil {
		return err
	}
	return tx.PutImportItem(ctx, v)
}

// same keeps a new hash for an item whose objects stay as they are.
func (r *run) same(ctx context.Context, v store.ImportItem, h string) error {
	return r.write(ctx, func(tx *store.Tx) error {
		v.Hash, v.Run, v.Exported = h, r.id, r.exported
		return tx.PutImportItem(ctx, v)
	})
}

// openNeeds are what an item that is left alone still needs.
func (r *run) openNeeds(kind, sourceID string) []store.Need { return r.needs[key{kind, sourceID}] }
