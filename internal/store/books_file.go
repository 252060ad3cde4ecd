package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/id"
)

// BookingFile is a file of bookings that was sent to be looked at, and then
// booked.
type BookingFile struct {
	ID     string
	Kind   string
	Name   string
	Body   string // the file; "" once it is booked
	Booked bool
	Report FileReport
	At     time.Time
	By     Actor
}

// FileReport is what became of a file.
type FileReport struct {
	Written int         `json:"written"`
	Already int         `json:"already"` // booked before, from this file or another
	Failed  []FailedRow `json:"failed,omitempty"`
}

// FailedRow is a row that was not booked, and why: a field's name with a
// sentence, in English.
type FailedRow struct {
	Line  int    `json:"line"`
	Field string `json:"field"`
	Say   string `json:"say"`
}

const fileColumns = "id, kind, name, body, state, report, created_at, created_by, created_name"

func scanFile(r db.Scanner) (f BookingFile, err error) {
	var state string
	err = r.Scan(&f.ID, &f.Kind, &f.Name, &f.Body, &state, db.FromJSON(&f.Report), db.At(&f.At), &f.By.ID, &f.By.Name)
	f.Booked = state == "booked"
	return f, err
}

// AddBookingFile keeps a file that is to be looked at and returns its id.
func (tx *Tx) AddBookingFile(ctx context.Context, by Actor, kind, name, body string) (string, error) {
	fileID := id.New()
	_, err := db.Exec(ctx, tx, "INSERT INTO booking_file (id, kind, name, body, created_at, created_by, created_name) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		fileID, kind, name, body, tx.now(), by.ID, by.Name)
	return fileID, err
}

// BookingFile returns a file of bookings; fault.NotFound.
func (s *Store) BookingFile(ctx context.Context, fileID string) (BookingFile, error) {
	f, err := db.One(ctx, s.Query(), scanFile, "SELECT "+fileColumns+" FROM booking_file WHERE id = $1", fileID)
	if fault.Is(err, fault.NotFound) {
		return f, fault.New(fault.NotFound, "there is no such file; send it once more")
	}
	return f, err
}

// BookingFiles lists the files of a kind, the newest first.
func (s *Store) BookingFiles(ctx context.Context, kind string, limit int) ([]BookingFile, error) {
	return db.Rows(ctx, s.Query(), scanFile, "SELECT id, kind, name, '', state, report, created_at, created_by, created_name FROM booking_file WHERE kind = $1 ORDER BY created_at DESC, id LIMIT $2", kind, limit)
}

// FinishBookingFile keeps what became of a file and forgets the file itself.
func (tx *Tx) FinishBookingFile(ctx context.Context, by Actor, fileID string, report FileReport) error {
	_, err := db.Exec(ctx, tx, "UPDATE booking_file SET state = 'booked', body = '', report = $1 WHERE id = $2", db.JSON(report), fileID)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, by, "bookings.file", "file", fileID, map[string]any{"written": report.Written, "already": report.Already, "failed": len(report.Failed)})
}
