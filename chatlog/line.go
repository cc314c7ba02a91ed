package chatlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Line is one line of the record as readers see it: something said, or a
// subject.
type Line struct {
	// ID orders the lines of all rooms by time.
	ID int64
	// Archive is the id that the server's archive gives the message.
	Archive string
	Time    time.Time
	Nick    string
	Lang    string
	Kind    Kind
	// Text is the text now: that of the newest correction. It is empty where
	// State is one without text.
	Text  string
	State State
	// ByNick reports that the server gave no occupant id: who corrected or retracted
	// the message is known by the nick alone.
	ByNick bool
	// Reason is why the message was moderated or withdrawn.
	Reason string
	// Reply is the archive id of the message that this one answers.
	Reply string
	// Reactions are what others added, sorted, each with how often.
	Reactions []ReactionCount
}

// ReactionCount is a reaction and how many people gave it.
type ReactionCount struct {
	Text  string
	Count int
}

// lineColumns are the columns of a line, in the order of scan. The text is that
// of the newest correction by the same author, where there is one.
const lineColumns = `message.id, message.archive, message.time, message.nick, message.lang, message.kind,
	message.state, message.occupant = 0, message.reason, message.reply,
	CASE message.state WHEN 'corrected' THEN COALESCE((SELECT c.body FROM message c WHERE c.room = message.room
		AND c.kind = 'correction' AND c.target = message.archive AND c.target <> ''
		AND (c.occupant = message.occupant AND c.occupant <> 0 OR c.occupant = 0 AND message.occupant = 0 AND c.nick = message.nick)
		ORDER BY c.id DESC LIMIT 1), message.body) WHEN 'removed' THEN '' ELSE message.body END`

// scan reads a row of lineColumns, behind the columns for before.
func (l *Line) scan(rows *sql.Rows, before ...any) error {
	var us int64
	if err := rows.Scan(append(before, &l.ID, &l.Archive, &us, &l.Nick, &l.Lang, &l.Kind, &l.State, &l.ByNick, &l.Reason, &l.Reply, &l.Text)...); err != nil {
		return err
	}
	l.Time = timeOf(us)
	return nil
}

// Lines returns what readers see of a room from one time up to another, in the
// order of the room.
func (s *Store) Lines(ctx context.Context, room string, from, to time.Time) ([]Line, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+lineColumns+` FROM message JOIN room ON room.id = message.room
		WHERE room.service = $1 AND room.name = $2 AND message.id >= $3 AND message.id < $4
		AND `+isLine+` ORDER BY message.id`, s.service, room, firstID(micros(from)), firstID(micros(to)))
	if err != nil {
		return nil, fmt.Errorf("lines of room %q: %w", room, err)
	}
	defer rows.Close()
	var lines []Line
	for rows.Next() {
		var l Line
		if err := l.scan(rows); err != nil {
			return nil, fmt.Errorf("lines of room %q: %w", room, err)
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("lines of room %q: %w", room, err)
	}
	rows.Close()
	for some := range slices.Chunk(lines, reactionsOf) {
		if err := s.addReactions(ctx, room, some); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// reactionsOf is of how many lines the reactions are read at once.
const reactionsOf = 500

// addReactions gives lines what others added to them. The newest reactions of
// each person count (XEP-0444 §3.2).
func (s *Store) addReactions(ctx context.Context, room string, lines []Line) error {
	args := []any{s.service, room}
	var places strings.Builder
	for i, l := range lines {
		args = append(args, l.Archive)
		fmt.Fprintf(&places, ", $%d", i+3)
	}
	// By +m.id: for the order of m.id SQLite would read all of the room.
	rows, err := s.db.QueryContext(ctx, `SELECT m.target, m.occupant, m.nick, m.body FROM message m JOIN room ON room.id = m.room
		WHERE room.service = $1 AND room.name = $2 AND m.kind = 'reaction' AND m.target <> '' AND m.state = ''
		AND m.target IN (`+places.String()[2:]+`) ORDER BY +m.id`, args...)
	if err != nil {
		return fmt.Errorf("reactions in room %q: %w", room, err)
	}
	defer rows.Close()
	newest := make(map[string]map[string]string) // by target, then by person
	for rows.Next() {
		var target, nick, body string
		var occupant int64
		if err := rows.Scan(&target, &occupant, &nick, &body); err != nil {
			return err
		}
		if newest[target] == nil {
			newest[target] = make(map[string]string)
		}
		person := fmt.Sprintf("occupant %d", occupant)
		if occupant == 0 {
			person = "nick " + nick
		}
		newest[target][person] = body
	}
	for i := range lines {
		lines[i].Reactions = countReactions(newest[lines[i].Archive])
	}
	return rows.Err()
}

func countReactions(byPerson map[string]string) []ReactionCount {
	counts := make(map[string]int)
	for _, body := range byPerson {
		for _, text := range splitReactions(body) {
			counts[text]++
		}
	}
	var out []ReactionCount
	for text, n := range counts {
		out = append(out, ReactionCount{text, n})
	}
	slices.SortFunc(out, func(a, b ReactionCount) int { return strings.Compare(a.Text, b.Text) })
	return out
}

// Reactions are kept in one text, a line each; a reaction has no line breaks.
func joinReactions(all []string) string {
	var clean []string
	for _, r := range all {
		if r = strings.Join(strings.Fields(r), " "); r != "" && !slices.Contains(clean, r) {
			clean = append(clean, r)
		}
	}
	return strings.Join(clean, "\n")
}

func splitReactions(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// noRows is nil for sql.ErrNoRows.
func noRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
