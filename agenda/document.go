package agenda

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"muster/agenda/internal/wire"
)

// document is the content of one of the two forms of the agenda.
type document struct {
	name   string // agenda.json or agenda-data, for warnings
	number string // empty where the document does not have it
	city   string
	zone   *time.Location // nil where not known
	rows   []row          // by session ID, each once
	unread []unreadRow
	notes  wire.Notes
}

// row is one session together with its group, as that row has it.
type row struct {
	session Session
	group   Group
}

// unreadRow is a row that was left out: the number of its session or group, 0
// where that could not be read, and the acronym of its group, empty where that
// could not be read.
type unreadRow struct {
	id    int
	group string
	alone bool // what could not be read is in no other document
}

// leaveOut records a row that cannot be used.
func (d *document) leaveOut(at, id int, acronym string, why error) {
	d.unread = append(d.unread, unreadRow{id: id, group: acronym})
	d.notes.Add("%s: row %d (session %d, group %.80q) is left out: %v", d.name, at, id, acronym, why)
}

// sortAndDedupe sorts the rows and keeps one of each session: the one that
// takes place, then the earliest.
func (d *document) sortAndDedupe() {
	slices.SortFunc(d.rows, compareRows)
	kept := d.rows[:0]
	for _, r := range d.rows {
		if len(kept) == 0 || kept[len(kept)-1].session.ID != r.session.ID {
			kept = append(kept, r)
			continue
		}
		first, double := kept[len(kept)-1].session, r.session
		d.notes.Add("%s: session %d is there more than once; the row of group %.80q, %s, counts, that of group %.80q, %s, does not",
			d.name, double.ID, first.Group, startText(first.Start), double.Group, startText(double.Start))
		if first.Group != double.Group {
			d.unread = append(d.unread, unreadRow{group: double.Group})
		}
	}
	d.rows = kept
	if len(d.rows) == 0 && len(d.unread) == 0 {
		d.notes.Add("%s has no sessions: the meeting may have no schedule yet", d.name)
	}
}

// compareRows orders rows by session, and those of one session from the one
// that counts to the one that counts least. The order is total, because the
// order on the wire has no meaning.
func compareRows(a, b row) int {
	x, y := a.session, b.session
	if c := cmp.Or(
		cmp.Compare(x.ID, y.ID),
		cmp.Compare(statusRank(x.Status), statusRank(y.Status)),
		x.Start.Compare(y.Start),
	); c != 0 {
		return c
	}
	return cmp.Compare(lineOf(x)+groupLine(a.group), lineOf(y)+groupLine(b.group))
}

// statusRank ranks a session that takes place before one that is cancelled,
// and that before one that moved.
func statusRank(s Status) int {
	switch s {
	case Rescheduled:
		return 2
	case Canceled, CanceledPA:
		return 1
	}
	return 0
}

// startText formats a start for a warning.
func startText(t time.Time) string {
	if t.IsZero() {
		return "without a start"
	}
	return "at " + t.UTC().Format(time.RFC3339)
}

// Unread is what could not be read of a document and was left out.
type Unread struct {
	// Rows is the number of rows.
	Rows int
	// Groups are the acronyms of the groups of these rows, where they could be
	// read, sorted, each once.
	Groups []string
	// Unnamed is how many of the rows have no readable group.
	Unnamed int
}

// Includes reports whether a row of the group with this acronym, in whichever
// case, may be among those left out.
func (u Unread) Includes(acronym string) bool {
	return u.Unnamed > 0 || slices.ContainsFunc(u.Groups, func(g string) bool { return strings.EqualFold(g, acronym) })
}

// unreadOf returns what was left out in one or more lists of rows, except for
// the sessions or groups whose numbers are known from a row that was read.
func unreadOf(known map[int]bool, lists ...[]unreadRow) Unread {
	var u Unread
	seen := map[int]bool{}
	for _, r := range slices.Concat(lists...) {
		if known[r.id] && !r.alone {
			continue
		}
		if !seen[r.id] {
			u.Rows++
		}
		seen[r.id] = r.id > 0
		if r.group == "" {
			u.Unnamed++
			continue
		}
		u.Groups = append(u.Groups, r.group)
	}
	u.Groups = sortedSet(u.Groups)
	return u
}
