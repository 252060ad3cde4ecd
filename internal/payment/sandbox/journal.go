package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"masthead.dev/masthead/internal/fault"
)

// table holds objects of one kind by id.
type table[T any] struct {
	kind string
	rows map[string]T
}

func newTable[T any](kind string) table[T] { return table[T]{kind, map[string]T{}} }

// keeper is a table of any type, as the journal sees it.
type keeper interface {
	name() string
	load(id string, raw json.RawMessage) error
	dump(func(put) error) error
}

func (t table[T]) name() string { return t.kind }

func (t table[T]) load(id string, raw json.RawMessage) error {
	var v T
	err := json.Unmarshal(raw, &v)
	t.rows[id] = v
	return err
}

func (t table[T]) dump(each func(put) error) error {
	for id, v := range t.rows {
		if err := each(put{t.kind, id, v}); err != nil {
			return err
		}
	}
	return nil
}

// put is one object as it is from now on.
type put struct {
	Kind string `json:"k"`
	ID   string `json:"id"`
	V    any    `json:"v"`
}

// batch is one step of the world: all of it is in the journal, or none.
type batch struct {
	w      *world
	puts   []put
	undo   []func()
	events []event
}

// set stores an object; to be undone where the step fails.
func set[T any](b *batch, t table[T], id string, v T) {
	old, had := t.rows[id]
	t.rows[id] = v
	b.puts = append(b.puts, put{t.kind, id, v})
	b.undo = append(b.undo, func() {
		if had {
			t.rows[id] = old
		} else {
			delete(t.rows, id)
		}
	})
}

func (b *batch) rollback() {
	for i := len(b.undo) - 1; i >= 0; i-- {
		b.undo[i]()
	}
}

// journal is an append-only file of JSON lines, one a batch. Without a file the
// world lives in memory only.
type journal struct {
	file    *os.File
	size    int64 // of the whole lines
	relaxed bool  // leave syncing for later
	broken  bool  // a torn line could not be taken back: nothing may follow it
}

// openJournal replays the file into w, then replaces it by a snapshot of w, so
// that it does not grow with every object's history. A last line that was torn
// by a crash was never answered for, and is dropped.
func openJournal(path string, w *world) (*journal, error) {
	if path == "" {
		return &journal{}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the sandbox can't make its folder; check the permissions of the data folder")
	}
	if err := replay(path, w); err != nil {
		return nil, err
	}
	if err := snapshot(path, w); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the sandbox can't write %s; check permissions and free space", filepath.Base(path))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the sandbox can't open its journal")
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fault.Wrap(fault.Unavailable, err, "the sandbox can't open its journal")
	}
	return &journal{file: f, size: info.Size()}, nil
}

func replay(path string, w *world) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the sandbox can't read its journal")
	}
	defer f.Close()
	tables := map[string]keeper{}
	for _, t := range w.tables() {
		tables[t.name()] = t
	}
	in := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			if len(bytes.TrimSpace(line)) > 0 {
				slog.Warn("the sandbox's journal ends in a torn line, which is left out", "line", n)
			}
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "the sandbox can't read its journal")
		}
		if err := replayLine(line, tables); err != nil {
			return fault.Wrap(fault.Invalid, err, "line %d of the sandbox's journal is damaged; restore the whole data folder from a backup", n)
		}
	}
}

func replayLine(line []byte, tables map[string]keeper) error {
	var puts []struct {
		Kind string          `json:"k"`
		ID   string          `json:"id"`
		V    json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(line, &puts); err != nil {
		return err
	}
	for _, p := range puts {
		t, ok := tables[p.Kind]
		if !ok {
			return fault.New(fault.Invalid, "an object of the unknown kind %q", p.Kind)
		}
		if err := t.load(p.ID, p.V); err != nil {
			return err
		}
	}
	return nil
}

// snapshot writes all objects to a new file and puts it in the old one's place,
// for good: what is written from then on must not go to a file without a name.
func snapshot(path string, w *world) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	enc := json.NewEncoder(out)
	for _, t := range w.tables() {
		if err := t.dump(func(p put) error { return enc.Encode([]put{p}) }); err != nil {
			f.Close()
			return err
		}
	}
	err = out.Flush()
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// write appends a batch and, unless relaxed, waits until the disk has it. A
// batch that failed is taken back whole, since it will be undone in memory.
func (j *journal) write(puts []put) error {
	if j.file == nil || len(puts) == 0 {
		return nil
	}
	if j.broken {
		return fault.New(fault.Unavailable, "the sandbox can't write its journal any more; make room on the disk and start the program again")
	}
	line, err := json.Marshal(puts)
	if err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	if err == nil && !j.relaxed {
		err = j.file.Sync()
	}
	if err != nil {
		j.broken = j.file.Truncate(j.size) != nil
		return fault.Wrap(fault.Unavailable, err, "the sandbox can't write its journal; check the free space of the disk")
	}
	j.size += int64(len(line)) + 1
	return nil
}

// relax leaves syncing for later, or makes good what was left.
func (j *journal) relax(on bool) error {
	j.relaxed = on
	if on || j.file == nil {
		return nil
	}
	return fault.Wrap(fault.Unavailable, j.file.Sync(), "the sandbox can't write its journal; check the free space of the disk")
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		j.file.Close()
		return err
	}
	return j.file.Close()
}
