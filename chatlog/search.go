package chatlog

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// All that is peculiar to SQLite's full-text search (FTS5) is in this file.

//go:embed search.sql
var searchSchema string

// Bounds on a search, whatever its text.
const (
	maxQuery   = 1000
	maxTerms   = 20
	searchTime = time.Second
)

// index adds a message's text to the search index, at the end of the
// transaction: before each statement that may have to be undone by itself the
// index is brought up to date in the database, at some cost.
func (r *recorder) index(id int64, nick, text string) {
	if r.toIndex == nil {
		r.toIndex = make(map[int64][2]string)
	}
	r.toIndex[id] = [2]string{nick, text}
}

// writeIndex writes what index noted. The room is a word of each entry, so that
// a search in one room reads that room's entries alone.
func (r *recorder) writeIndex(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(r.toIndex)) {
		entry := r.toIndex[id]
		err := r.exec(ctx, "INSERT INTO search (rowid, room, nick, body) VALUES ($1, $2, $3, $4)", id, roomToken(r.room), entry[0], entry[1])
		if err != nil {
			return fmt.Errorf("index a message: %w", err)
		}
	}
	return nil
}

func (r *recorder) unindex(ctx context.Context, id int64) error {
	if _, waits := r.toIndex[id]; waits {
		delete(r.toIndex, id)
		return nil
	}
	if err := r.exec(ctx, "DELETE FROM search WHERE rowid = $1", id); err != nil {
		return fmt.Errorf("remove a message from the index: %w", err)
	}
	return nil
}

// forgetErased rewrites the index, which keeps the words of what was removed from it
// until its parts are merged, and writes the journal back into the database.
func (s *Store) forgetErased(ctx context.Context) error {
	for _, text := range []string{"INSERT INTO search (search) VALUES ('optimize')", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := s.db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func roomToken(id int64) string { return fmt.Sprintf("r%d", id) }

// Query is what to search for.
type Query struct {
	Words   []string // each must be in the text; one that ends in * matches the beginning of a word
	Phrases []string // likewise, as they stand
	Not     []string // none of these
	Room    string   // only in this room
	Nick    string   // only from this nick
	// After and Before bound the time: from the beginning of a day, and up to
	// the beginning of one; zero for no bound.
	After, Before time.Time
}

// ParseQuery reads a query as a person types it: words, "phrases", -word,
// room:NAME, nick:NAME, after:2026-11-25 and before:2026-11-25. A word that
// looks like a field and is none is a word.
func ParseQuery(text string) (Query, error) {
	var q Query
	if len(text) > maxQuery {
		return q, fmt.Errorf("the query has more than %d bytes", maxQuery)
	}
	terms := 0
	for rest := cleanQuery(text); rest != ""; {
		var term string
		var quoted bool
		term, quoted, rest = nextTerm(rest)
		if term == "" {
			continue
		}
		if terms++; terms > maxTerms {
			return Query{}, fmt.Errorf("the query has more than %d terms", maxTerms)
		}
		if err := q.addTerm(term, quoted); err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

// cleanQuery replaces what no index has: NUL ends a text for SQLite.
func cleanQuery(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " ")))
}

// nextTerm cuts the first term off: up to a space, or in quotation marks up to
// the next one or the end.
func nextTerm(text string) (term string, quoted bool, rest string) {
	if after, ok := strings.CutPrefix(text, `"`); ok {
		term, rest, _ = strings.Cut(after, `"`)
		return strings.TrimSpace(term), true, strings.TrimSpace(rest)
	}
	end := strings.IndexByte(text, ' ')
	if i := strings.IndexByte(text, '"'); i > 0 && (end < 0 || i < end) && !strings.HasSuffix(text[:i], ":") {
		end = i
	}
	if end < 0 {
		return text, false, ""
	}
	return text[:end], false, strings.TrimSpace(text[end:])
}

// addTerm adds a term to the query.
func (q *Query) addTerm(term string, quoted bool) (err error) {
	field, value, isField := strings.Cut(term, ":")
	switch {
	case quoted:
		q.Phrases = append(q.Phrases, term)
	case isField && field == "room" && value != "":
		q.Room = strings.ToLower(value)
	case isField && field == "nick" && value != "":
		q.Nick = value
	case isField && field == "after":
		q.After, err = time.Parse(time.DateOnly, value)
	case isField && field == "before":
		q.Before, err = time.Parse(time.DateOnly, value)
	case len(term) > 1 && term[0] == '-':
		q.Not = append(q.Not, term[1:])
	default:
		q.Words = append(q.Words, term)
	}
	if err != nil {
		return fmt.Errorf("%s: want a day such as 2026-11-25", term)
	}
	return nil
}

// Empty reports whether the query selects nothing.
func (q Query) Empty() bool {
	return len(q.Words)+len(q.Phrases) == 0 && q.Nick == "" && q.Room == ""
}

// match returns the query in the language of FTS5. Every term is a quoted
// string, in which only the quotation mark has a meaning.
func (q Query) match(room string) string {
	var parts []string
	if room != "" {
		parts = append(parts, "room : "+quoteTerm(room))
	}
	if q.Nick != "" {
		parts = append(parts, "nick : "+quoteTerm(q.Nick))
	}
	for _, w := range q.Words {
		if stem, ok := strings.CutSuffix(w, "*"); ok && stem != "" {
			parts = append(parts, "body : "+quoteTerm(stem)+" *")
			continue
		}
		parts = append(parts, "body : "+quoteTerm(w))
	}
	for _, p := range q.Phrases {
		parts = append(parts, "body : "+quoteTerm(p))
	}
	text := strings.Join(parts, " AND ")
	for _, n := range q.Not {
		text = "(" + text + ") NOT body : " + quoteTerm(n)
	}
	return text
}

func quoteTerm(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// Hit is a message that a search found.
type Hit struct {
	Room string
	Line Line
}

// Search returns up to limit messages, the newest first, that are older than
// the message with the id older, or of any age where that is 0. A query that
// selects nothing has no hits. It ends after a second: context.DeadlineExceeded.
func (s *Store) Search(ctx context.Context, q Query, older int64, limit int) ([]Hit, error) {
	if q.Empty() {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	token := ""
	if q.Room != "" {
		var id int64
		err := s.db.QueryRowContext(ctx, "SELECT id FROM room WHERE service = $1 AND name = $2", s.service, q.Room).Scan(&id)
		if err != nil {
			return nil, noRows(err)
		}
		token = roomToken(id)
	}
	low, high := int64(0), int64(1)<<62
	if !q.After.IsZero() {
		low = firstID(micros(q.After))
	}
	if !q.Before.IsZero() {
		high = firstID(micros(q.Before))
	}
	if older > 0 {
		high = min(high, older)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT room.name, `+lineColumns+` FROM search
		JOIN message ON message.id = search.rowid JOIN room ON room.id = message.room
		WHERE search MATCH $1 AND search.rowid >= $2 AND search.rowid < $3 AND room.service = $4
		ORDER BY search.rowid DESC LIMIT $5`, q.match(token), low, high, s.service, limit)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer rows.Close()
	var hits []Hit
	for rows.Next() {
		var h Hit
		if err := h.Line.scan(rows, &h.Room); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		hits = append(hits, h)
	}
	return hits, rows.Err()
}
