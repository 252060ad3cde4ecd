// Package importer brings a foreign site in: it walks an export and writes what
// it finds through the domain, as the desk would. What it has brought it knows
// again by source, kind, the source's own id and a hash of the content, so that
// it may be run again: what is the same is left alone, what changed is brought
// up to date, and what somebody has edited here since is never written over.
//
// Each item is one short transaction. An import that is ended half-way, or whose
// file is broken half-way, has brought in all items before that place, whole;
// running it again goes on from there.
package importer

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/store"
)

// Importer brings sites into one newsroom.
type Importer struct {
	Store *store.Store
	Blobs media.Blobs
	Clock clock.Clock
	// Progress is told how far it is, about every item; nil is nobody.
	Progress func(Progress)
}

// Progress is how far a run is.
type Progress struct {
	Doing       string // "reading", or the kind of thing that is being written
	Done, Total int    // items; Total is 0 while it is not known
}

// Options say what to import and how.
type Options struct {
	Path      string   // an export, or a folder of exports of one site
	Kind      string   // "" finds out; else Wordpress
	Media     string   // folder of the site's uploads; "" is the folder of the export
	Fetch     bool     // fetch what is not in the folder over http(s)
	FetchFrom []string // hosts to fetch from besides the site's own; these may be private
	Site      string   // the site's address, where the export tells none or a wrong one
	Also      []string // kinds of item, made by plug-ins, that come in as posts
	DryRun    bool     // write nothing, report the same
}

// Run imports, and reports what became of everything. Where the export is broken
// the report tells of what was whole before that place, beside a fault.Invalid
// that names the place; with any other error there is no report.
func (im *Importer) Run(ctx context.Context, o Options) (*Report, error) {
	files, err := find(o)
	if err != nil {
		return nil, err
	}
	started := im.Clock.Now()
	w, err := survey(ctx, im, o, files)
	if err != nil {
		return nil, err
	}
	r, err := im.begin(ctx, w)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := w.bring(ctx, r); err != nil {
		return nil, err
	}
	r.rep.finish(started, im.Clock.Now())
	return r.rep, im.end(ctx, r)
}

// run is the state of one import.
type run struct {
	im       *Importer
	opt      Options
	id       string
	source   string
	lang     string
	exported time.Time
	now      time.Time
	rep      *Report
	archive  *media.Archive
	files    *finder
	fetcher  *fetcher

	items map[key]store.ImportItem
	needs map[key][]store.Need // open ones, from earlier runs
	seen  map[key]bool         // in this run
	paths map[string]string    // claimed in a dry run: path → article
}

// key names a thing of the source.
type key struct{ kind, id string }

// begin reads what earlier runs have left, and notes that this one goes on.
func (im *Importer) begin(ctx context.Context, w *walk) (*run, error) {
	r := &run{im: im, opt: w.opt, id: id.New(), source: w.source, exported: w.exported, now: im.Clock.Now().Truncate(time.Millisecond),
		rep: newReport(w), items: map[key]store.ImportItem{}, needs: map[key][]store.Need{}, seen: map[key]bool{}, paths: map[string]string{}}
	if err := r.settle(ctx, w.site.Title, w.site.Language); err != nil {
		return nil, err
	}
	items, err := im.Store.ImportItems(ctx, r.source)
	if err != nil {
		return nil, err
	}
	for _, v := range items {
		r.items[key{v.Kind, v.SourceID}] = v
	}
	needs, err := im.Store.ImportNeeds(ctx, r.source)
	if err != nil {
		return nil, err
	}
	for _, n := range needs {
		k := key{n.Kind, n.SourceID}
		r.needs[k] = append(r.needs[k], n)
	}
	r.archive = &media.Archive{Blobs: im.Blobs}
	if r.files, err = openFinder(w.folders()); err != nil {
		return nil, err
	}
	if w.opt.Fetch {
		r.fetcher = newFetcher(w.site.base, w.opt.FetchFrom)
	}
	return r, r.write(ctx, func(tx *store.Tx) error {
		return tx.AddImportRun(ctx, store.ImportRun{ID: r.id, Kind: r.rep.Kind, Source: r.source, Started: r.now})
	})
}

func (r *run) close() { r.files.close() }

// end keeps the report and logs the run.
func (im *Importer) end(ctx context.Context, r *run) error {
	err := r.write(ctx, func(tx *store.Tx) error {
		if err := tx.FinishImportRun(ctx, r.id, r.rep); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Actor{Name: author.Name}, "import.finished", "import", r.id,
			map[string]any{"source": r.source, "written": r.rep.Written, "needing_person": len(r.rep.Needs)})
	})
	if err == nil && r.rep.Broken != "" {
		return fault.New(fault.Invalid, "%s", r.rep.Broken)
	}
	return err
}

// write runs one transaction, and none in a dry run.
func (r *run) write(ctx context.Context, fn func(tx *store.Tx) error) error {
	if r.opt.DryRun {
		return nil
	}
	return r.im.Store.Write(ctx, fn)
}

func (r *run) tell(doing string, done, total int) {
	if r.im.Progress != nil {
		r.im.Progress(Progress{doing, done, total})
	}
}
