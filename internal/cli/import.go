package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"masthead.dev/masthead/internal/blob"
	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/importer"
	"masthead.dev/masthead/internal/store"
)

// ImportCmd brings a site in.
type ImportCmd struct {
	Where
	Path      string   `arg:"" name:"file" help:"The export, or a folder with the exports of one site."`
	Kind      string   `help:"Kind of the export: wordpress. Found out by itself where it is not given." placeholder:"KIND"`
	Media     string   `help:"Folder of the site's uploads (wp-content/uploads, or one above it); default: the export's folder." placeholder:"DIR"`
	Fetch     bool     `help:"Fetch uploads that are not in the folder from the site itself."`
	FetchFrom []string `help:"Fetch from this host too; it may be in a private network. May be given several times." placeholder:"HOST"`
	Site      string   `help:"Address of the site, where the export does not tell it." placeholder:"URL"`
	Also      []string `help:"Bring items of this kind, made by a plug-in, as posts. May be given several times." placeholder:"KIND"`
	DryRun    bool     `help:"Write nothing; report what an import would do."`
	JSON      bool     `help:"Print the whole report as JSON."`
}

// Help shows an example.
func (ImportCmd) Help() string {
	return "Example: masthead import lantern.wordpress.xml --media backup/wp-content/uploads --data /srv/lantern\n\n" +
		"It may run beside a server and may be run again: what is here already is left alone, what changed in the source is brought up to date, " +
		"and what was edited at the desk since is never written over. Where the file is broken, what came before the place is brought in and the exit code is 1."
}

// Run implements the command.
func (c *ImportCmd) Run(env *Env) error {
	o := importer.Options{Path: c.Path, Kind: c.Kind, Media: c.Media, Fetch: c.Fetch || len(c.FetchFrom) > 0, FetchFrom: c.FetchFrom,
		Site: c.Site, Also: c.Also, DryRun: c.DryRun}
	if _, err := importer.KindOf(o); err != nil {
		return err // before a folder is made
	}
	s, done, err := c.open(env.Ctx)
	if err != nil {
		return err
	}
	defer done()
	bar := newBar(env.Stderr)
	im := importer.Importer{Store: s, Clock: clock.Wall{}, Progress: bar.show}
	if !c.DryRun {
		if im.Blobs, err = blob.OpenDisk(filepath.Join(c.Data, "media")); err != nil {
			return err
		}
	}
	rep, err := im.Run(env.Ctx, o)
	bar.end()
	if rep != nil && (err == nil || rep.Broken != "") {
		err = errors.Join(c.print(env.Stdout, rep), err)
	}
	return err
}

func (c *ImportCmd) print(w io.Writer, rep *importer.Report) error {
	if c.JSON {
		return printJSON(w, rep)
	}
	return rep.WriteText(w)
}

// open opens the newsroom, and makes it where it is not there yet. A dry run on
// an empty folder works on a database that is thrown away.
func (c *ImportCmd) open(ctx context.Context) (*store.Store, func(), error) {
	url, done := c.URL(), func() {}
	if _, err := os.Stat(url); c.DryRun && c.Database == "" && errors.Is(err, os.ErrNotExist) {
		dir, err := os.MkdirTemp("", "masthead-dry-run-")
		if err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, err, "no temporary folder can be made for the dry run")
		}
		url, done = filepath.Join(dir, "masthead.db"), func() { os.RemoveAll(dir) }
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		done()
		return nil, nil, err
	}
	return s, func() { s.Close(); done() }, nil
}

// bar shows progress: one line that is drawn again and again on a terminal, a
// line every few seconds elsewhere.
type bar struct {
	w        io.Writer
	terminal bool
	last     time.Time
	doing    string
	drawn    bool
}

func newBar(w io.Writer) *bar {
	b := &bar{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

const (
	barWidth  = 30
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

func (b *bar) show(p importer.Progress) {
	every := lineEvery
	if b.terminal {
		every = barEvery
	}
	if time.Since(b.last) < every && (!b.terminal || p.Doing == b.doing) {
		return
	}
	if b.last.IsZero() && !b.terminal { // short imports say nothing
		b.last, b.doing = time.Now(), p.Doing
		return
	}
	b.last, b.doing = time.Now(), p.Doing
	if !b.terminal {
		fmt.Fprintln(b.w, progressText(p))
		return
	}
	b.drawn = true
	fmt.Fprintf(b.w, "\r\x1b[K%s", progressLine(p))
}

func (b *bar) end() {
	if b.drawn {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}

func progressText(p importer.Progress) string {
	if p.Total == 0 {
		return fmt.Sprintf("%s: %d", p.Doing, p.Done)
	}
	return fmt.Sprintf("%s: %d of %d", p.Doing, p.Done, p.Total)
}

func progressLine(p importer.Progress) string {
	if p.Total == 0 {
		return progressText(p)
	}
	full := barWidth * p.Done / p.Total
	return "[" + strings.Repeat("█", full) + strings.Repeat("░", barWidth-full) + "] " + progressText(p)
}
