package store

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
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// format is that of the database, which has it as its user_version.
const format = 1

//go:embed schema.sql
var schema string

// The errors of a Store that a caller decides on.
var (
	// ErrNewer means that a newer program wrote the database.
	ErrNewer = errors.New("the database was written by a newer version of muster")
	// ErrUnknown means that there is no such request or link.
	ErrUnknown = errors.New("unknown")
	// ErrTaken means that another open request has the name of the room.
	ErrTaken = errors.New("another open request has this name")
	// ErrState means that a request is not in a state for what was to be done.
	ErrState = errors.New("wrong state")
)

// Store is what the front desk keeps, in an SQLite database: requests, links,
// messages to send, and affiliations that were granted. Each method is one
// transaction. It is safe for use by many goroutines, and other processes may
// have the same database open.
type Store struct{ db *sql.DB }

// Open opens the database at path, and makes it where there is none, with mode
// 0600. A database of a newer program is [ErrNewer].
func Open(path string) (*Store, error) {
	if err := private(path); err != nil {
		return nil, fmt.Errorf("front desk: %w", err)
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		return nil, fmt.Errorf("front desk: %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer
	s := &Store{db: db}
	if err := s.migrate(context.Background()); err != nil {
		db.Close()
		return nil, fmt.Errorf("front desk: %s: %w", path, err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// private makes the file of the database readable by this account alone: it has
// addresses.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// source returns the data source name. FULL: a request that was answered
// outlives a power cut.
func source(path string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, pragma := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"} {
		q.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// migrate makes the tables of a new database. One that has them is opened without a
// transaction, so that it can be read while another process writes. It is looked at
// again inside the transaction: another process may have made them meanwhile.
func (s *Store) migrate(ctx context.Context) error {
	if made, err := hasFormat(s.db.QueryRowContext(ctx, "PRAGMA user_version")); made || err != nil {
		return err
	}
	return s.write(ctx, func(c *change) error {
		if made, err := hasFormat(c.tx.QueryRowContext(ctx, "PRAGMA user_version")); made || err != nil {
			return err
		}
		_, err := c.tx.ExecContext(ctx, schema+fmt.Sprintf(";PRAGMA user_version = %d", format))
		return err
	})
}

// hasFormat reports whether a database has its tables, by its user_version.
func hasFormat(version scanner) (bool, error) {
	var have int
	err := version.Scan(&have)
	if err == nil && have > format {
		err = ErrNewer
	}
	return have == format, err
}

// change is a transaction that writes.
type change struct {
	tx  *sql.Tx
	now time.Time
}

// write calls do in a transaction, which is undone where do fails.
func (s *Store) write(ctx context.Context, do func(*change) error) error {
	return s.writeAt(ctx, time.Time{}, do)
}

// writeAt is write with the time at which the change happens.
func (s *Store) writeAt(ctx context.Context, now time.Time, do func(*change) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(&change{tx, now}); err != nil {
		return cmp.Or(err, tx.Rollback())
	}
	return tx.Commit()
}

// exec runs a statement and returns how many rows it changed.
func (c *change) exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := c.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// record adds an event; request 0 stands for none.
func (c *change) record(ctx context.Context, request int64, who, what, detail string) error {
	_, err := c.tx.ExecContext(ctx, "INSERT INTO event (request, at, who, what, detail) VALUES (?, ?, ?, ?, ?)",
		orNull(request), c.now.Unix(), who, what, detail)
	return err
}

// meta returns a value that is kept by its key, the empty string for none.
func (c *change) meta(ctx context.Context, key string) (string, error) {
	var value string
	err := c.tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

// setMeta keeps a value by its key; the empty string removes it.
func (c *change) setMeta(ctx context.Context, key, value string) error {
	if value == "" {
		_, err := c.tx.ExecContext(ctx, "DELETE FROM meta WHERE key = ?", key)
		return err
	}
	_, err := c.tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// orNull returns NULL for the zero value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// timeOf returns a time as it is kept, zero for NULL.
func timeOf(t sql.NullInt64) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return time.Unix(t.Int64, 0).UTC()
}

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
