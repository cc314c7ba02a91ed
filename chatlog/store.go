package chatlog

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// version is that of the schema; the database has it as its user_version.
const version = 2

//go:embed schema.sql
var schema string

// ErrNewer means that a newer program wrote the database.
var ErrNewer = errors.New("the database was written by a newer version of muster")

// errPrerelease means that the database has the tables of a program that was
// never released.
var errPrerelease = errors.New("the database was made before the first release; move it away, and run muster logs export")

// Options say how a record is kept.
type Options struct {
	// Service is the domain of the MUC service.
	Service string
	// KeepRetracted keeps the text of messages that their author retracted, or
	// a moderator removed; they are marked, and shown struck out.
	KeepRetracted bool
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// Store is the record of one service's rooms, in an SQLite database. It is
// safe for use by many goroutines. One process may write to it at a time;
// others may read it meanwhile.
type Store struct {
	db      *sql.DB
	service string
	keep    bool
	now     func() time.Time
}

// Open opens the database at path, makes it where there is none, and brings an
// older one up to date in one transaction. A database of a newer program is
// ErrNewer.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s := &Store{service: o.Service, keep: o.KeepRetracted, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("chat logs: %w", err)
	}
	var err error
	if s.db, err = sql.Open("sqlite", address(path, false)); err != nil {
		return nil, fmt.Errorf("chat logs: %s: %w", path, err)
	}
	s.db.SetMaxOpenConns(1) // SQLite has one writer
	if err := s.migrate(ctx); err != nil {
		s.db.Close()
		return nil, fmt.Errorf("chat logs: %s: %w", path, err)
	}
	return s, nil
}

// OpenReader opens the database at path to read it only. It must exist and
// have this program's version.
func OpenReader(ctx context.Context, path string, o Options) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("chat logs: %w", err)
	}
	s := &Store{service: o.Service, keep: o.KeepRetracted, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.db, err = sql.Open("sqlite", address(path, true)); err != nil {
		return nil, fmt.Errorf("chat logs: %s: %w", path, err)
	}
	s.db.SetMaxOpenConns(4)
	have, err := s.version(ctx)
	switch {
	case err != nil:
	case have > version:
		err = ErrNewer
	case have == 0:
		err = errors.New("the database is empty; run muster logs export")
	case have < version:
		err = errPrerelease
	}
	if err != nil {
		s.db.Close()
		return nil, fmt.Errorf("chat logs: %s: %w", path, err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// private makes the database's file, and its folder, readable by this account
// alone: it has what is hidden until it is erased.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// address returns the data source name: WAL, so that readers and the writer do
// not wait for each other; NORMAL, because what a power cut undoes is cursor
// and messages together, and the next run reads them again. What is erased is
// overwritten. What is in the WAL is copied to the database, which takes the disk
// its time, each 32 MB.
func address(path string, readOnly bool) string {
	q := url.Values{}
	for _, pragma := range []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)", "secure_delete(ON)", "cache_size(-32768)",
		"wal_autocheckpoint(8000)",
	} {
		q.Add("_pragma", pragma)
	}
	q.Set("_txlock", "immediate")
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
		q.Set("mode", "ro")
		q.Set("_txlock", "deferred")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// migrate makes the tables of a new database.
func (s *Store) migrate(ctx context.Context) error {
	have, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case have == version:
		return nil
	case have > version:
		return ErrNewer
	case have != 0:
		return errPrerelease
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for _, text := range []string{schema, searchSchema, daysSchema, fmt.Sprintf("PRAGMA user_version = %d", version)} {
			if _, err := tx.ExecContext(ctx, nativeKeys(text)); err != nil {
				return err
			}
		}
		return nil
	})
}

// nativeKeys returns the schema with primary keys that are, for SQLite, the
// number of the row itself, which every index has anyway, or all that a table is
// sorted by.
func nativeKeys(schema string) string {
	return strings.NewReplacer("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY", "ON message (room, id)", "ON message (room)",
		"PRIMARY KEY (room, day)\n);", "PRIMARY KEY (room, day)\n) WITHOUT ROWID;").Replace(schema)
}

func (s *Store) version(ctx context.Context) (int, error) {
	var v int
	err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, err
}

// inTx calls do in a transaction, which is undone where do fails.
func (s *Store) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		undone := tx.Rollback()
		// Where it was undone because ctx ended, the statements fail in one of
		// several ways.
		if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return cmp.Or(err, undone)
	}
	return tx.Commit()
}

// micros returns a time as the database has it.
func micros(t time.Time) int64 { return t.UnixMicro() }

// timeOf is the inverse of micros.
func timeOf(us int64) time.Time { return time.UnixMicro(us).UTC() }

// firstID returns the lowest id of messages of a time in microseconds. Ids order
// the messages of all rooms by time; there are 256 for each millisecond, and
// those of a full one go on in the next.
func firstID(us int64) int64 { return us / 1000 << idBits }

// idBits are the bits of an id below the millisecond.
const idBits = 8

// dayOf returns the UTC date of a time in microseconds.
func dayOf(us int64) string { return timeOf(us).Format(time.DateOnly) }
