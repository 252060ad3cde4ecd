package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"masthead.dev/masthead/internal/fault"
)

// translate gives a driver's error a kind, by its code and never by its text.
// Errors that have a kind already pass unchanged.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	var fields fault.Fields
	if errors.As(err, &known) || errors.As(err, &fields) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Wrap(fault.NotFound, err, "there is no such record")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, err, "the request ended before the database answered")
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fromPostgres(err, pg.Code)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return fromSQLite(err, lite.Code())
	}
	if disconnected(err) {
		return fault.Wrap(fault.Unavailable, err, "the database does not answer; try again soon")
	}
	return fault.Wrap(fault.Internal, err, "")
}

// disconnected tells whether there is no connection, or no transaction any more:
// database/sql takes one back by itself when its caller has left.
func disconnected(err error) bool {
	var connect *pgconn.ConnectError
	var wire *net.OpError
	return errors.As(err, &connect) || errors.As(err, &wire) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone)
}

// Codes: PostgreSQL manual, appendix A.
func fromPostgres(err error, code string) error {
	switch {
	case code == "23505" || code == "23000":
		return fault.Wrap(fault.Conflict, err, "this exists already or may not be changed")
	case code == "40001" || code == "40P01":
		return fault.Wrap(fault.Unavailable, err, "two changes were in each other's way; try again")
	case code == "53100":
		return fault.Wrap(fault.Unavailable, err, "the disk of the database is full; make room, nothing was lost")
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"):
		return fault.Wrap(fault.Unavailable, err, "the database does not answer; try again soon")
	case code == "22021": // SQLite would take it; what comes from a form is cleaned before
		return fault.Wrap(fault.Invalid, err, "this text holds characters that can't be kept; remove them")
	case code == "25006":
		return fault.Wrap(fault.Internal, err, "a page that only reads tried to write")
	}
	return fault.Wrap(fault.Internal, err, "")
}

// Codes: SQLite, "Result and Error Codes".
func fromSQLite(err error, code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return fault.Wrap(fault.Conflict, err, "this exists already or may not be changed")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Wrap(fault.Unavailable, err, "the database is busy; try again")
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(fault.Unavailable, err, "the disk is full; make room, nothing was lost")
	case sqlite3.SQLITE_READONLY:
		return fault.Wrap(fault.Internal, err, "the database may not be written here")
	}
	return fault.Wrap(fault.Internal, err, "")
}

// contended tells whether the same transaction may simply be tried again.
func contended(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
