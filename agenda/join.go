package agenda

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// assemble makes a meeting of the two forms of its agenda, either of which
// may be nil, joined by session ID. Where both tell the same thing
// agenda.json counts: it knows the groups as they stood at the time. From
// agenda-data come the sessions' types and chat rooms, the city, the time
// zone, and sessions that agenda.json does not have (yet).
func assemble(list, data *document) Meeting {
	var m Meeting
	var all notes
	if list != nil && data != nil && list.number != "" && data.number != "" && list.number != data.number {
		all.add("agenda.json is that of meeting %q, but agenda-data is that of meeting %q and is not used",
			clip(list.number), clip(data.number))
		data = nil
	}
	rows := joinRows(list, data, &all)
	for _, d := range []*document{list, data} {
		if d != nil {
			m.Number = cmp.Or(m.Number, d.number)
			m.City = cmp.Or(m.City, d.city)
			m.TimeZone = cmp.Or(m.TimeZone, d.zone)
			m.warn(d.notes.all()...)
		}
	}
	m.TimeZone = cmp.Or(m.TimeZone, time.UTC)
	groups := mergeGroups(rows, &all)
	m.Sessions = sessionsOf(rows, groups, m.TimeZone)
	m.Groups = groupsOf(groups)
	m.Unread = countUnread(m.Sessions, list, data)
	m.warn(all.all()...)
	return m
}

// warn adds warnings and keeps all of them sorted, each once.
func (m *Meeting) warn(warnings ...string) {
	m.Warnings = sortedOnce(m.Warnings, warnings)
}

// sortedOnce gives the strings of both lists, sorted, each once.
func sortedOnce(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// joinedRow is a row with where its group comes from: one inferred from
// agenda-data must not blur one that agenda.json tells.
type joinedRow struct {
	row
	inferred bool
}

// joinRows joins by session ID, in the order of a meeting's sessions.
func joinRows(list, data *document, n *notes) []joinedRow {
	var rows []joinedRow
	var onlyList, onlyData []Session
	left := map[int]Session{} // of agenda-data, not yet joined
	for _, r := range rowsOf(data) {
		left[r.session.ID] = r.session
	}
	for _, r := range rowsOf(list) {
		if d, ok := left[r.session.ID]; ok {
			delete(left, d.ID)
			noteDisagreement(r.session, d, n)
			r.session.Type, r.session.Room, r.session.OwnRoom = d.Type, d.Room, d.OwnRoom
		} else {
			onlyList = append(onlyList, r.session)
		}
		rows = append(rows, joinedRow{r, false})
	}
	for _, r := range rowsOf(data) {
		if _, ok := left[r.session.ID]; ok {
			onlyData = append(onlyData, r.session)
			rows = append(rows, joinedRow{r, true})
		}
	}
	if list != nil && data != nil {
		noteOnly("agenda.json", onlyList, "their types and chat rooms are not known", n)
		noteOnly("agenda-data", onlyData, "their groups' types are inferred where agenda.json does not tell them", n)
	}
	slices.SortFunc(rows, func(a, b joinedRow) int {
		return cmp.Or(a.session.Start.Compare(b.session.Start), cmp.Compare(a.session.ID, b.session.ID))
	})
	return rows
}

func rowsOf(d *document) []row {
	if d == nil {
		return nil
	}
	return d.rows
}

// noteOnly warns of sessions that only one of the two documents has.
func noteOnly(name string, sessions []Session, consequence string, n *notes) {
	const named = 10
	if len(sessions) == 0 {
		return
	}
	var who []string
	for _, s := range sessions[:min(len(sessions), named)] {
		who = append(who, fmt.Sprintf("%d (group %q)", s.ID, clip(s.Group)))
	}
	if len(sessions) > named {
		who = append(who, fmt.Sprintf("%d more", len(sessions)-named))
	}
	n.add("only in %s: sessions %s; %s", name, strings.Join(who, ", "), consequence)
}

// noteDisagreement warns where the documents tell different things about one
// session, as they may for some minutes after a change.
func noteDisagreement(a, b Session, n *notes) {
	differ := func(what, x, y string) {
		if x != y {
			n.add("session %d (group %q): %s is %q in agenda.json and %q in agenda-data; the former counts",
				a.ID, clip(a.Group), what, clip(x), clip(y))
		}
	}
	differ("group", a.Group, b.Group)
	differ("status", string(a.Status), string(b.Status))
	if !a.Start.IsZero() && !b.Start.IsZero() {
		differ("start", a.Start.UTC().Format(time.RFC3339), b.Start.UTC().Format(time.RFC3339))
	}
	const day = 24 * time.Hour // agenda-data loses whole days
	differ("duration", (a.Duration % day).String(), (b.Duration % day).String())
}

// plenaryName finds the plenary among the sessions of the group ietf.
var plenaryName = regexp.MustCompile(`(?i)\bplenary\b`)

// sessionsOf finishes the sessions with what takes knowing their groups.
func sessionsOf(rows []joinedRow, groups map[string]Group, zone *time.Location) []Session {
	sessions := make([]Session, 0, len(rows))
	for _, r := range rows {
		s, g := r.session, groups[r.session.Group]
		if s.Type == "" && g.Acronym == "ietf" && g.Type == "ietf" && plenaryName.MatchString(s.Name) {
			s.Type = Plenary
		}
		if !s.OwnRoom {
			s.Room = usualRoom(s.Type, s.Group)
		}
		if s.Name == g.Name { // that is what a session without a name shows
			s.Name = ""
		}
		if !s.Start.IsZero() {
			s.Start = s.Start.In(zone)
		}
		sessions = append(sessions, s)
	}
	return sessions
}

// countUnread counts the sessions that were left out, but for those that the
// other document could tell. A row without a readable number counts as one.
func countUnread(sessions []Session, docs ...*document) int {
	settled := map[int]bool{}
	for _, s := range sessions {
		settled[s.ID] = true
	}
	count := 0
	for _, d := range docs {
		if d == nil {
			continue
		}
		for _, id := range d.unread {
			if !settled[id] {
				count++
			}
			settled[id] = id > 0
		}
	}
	return count
}
