package agenda

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"muster/agenda/internal/wire"
)

// assemble makes a meeting of the two forms of its agenda, either of which
// may be nil, joined by session ID. What is in both is taken from agenda.json:
// it has the groups as they stood at the time. From agenda-data come the
// sessions' types and chat rooms, the city, the time zone, and sessions that
// agenda.json does not have (yet).
func assemble(list, data *document) Meeting {
	var m Meeting
	var all wire.Notes
	if list != nil && data != nil && list.number != "" && data.number != "" && list.number != data.number {
		all.Add("agenda.json is that of meeting %.80q, but agenda-data is that of meeting %.80q and is not used",
			list.number, data.number)
		data = nil
	}
	rows := joinRows(list, data, &all)
	for _, d := range []*document{list, data} {
		if d != nil {
			m.Number = cmp.Or(m.Number, d.number)
			m.City = cmp.Or(m.City, d.city)
			m.TimeZone = cmp.Or(m.TimeZone, d.zone)
			m.warn(d.notes.All()...)
		}
	}
	m.TimeZone = cmp.Or(m.TimeZone, time.UTC)
	groups := mergeGroups(rows, &all)
	m.Sessions = sessionsOf(rows, groups, m.TimeZone)
	m.Groups = groupsOf(groups)
	m.Unread = unreadSessions(m.Sessions, list, data)
	m.warn(all.All()...)
	return m
}

// joinedRow is a row with the origin of its group: one inferred from
// agenda-data must not blur one from agenda.json.
type joinedRow struct {
	row
	inferred bool
}

// joinRows joins by session ID, in the order of a meeting's sessions.
func joinRows(list, data *document, n *wire.Notes) []joinedRow {
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
			r.session.Start = cmp.Or(r.session.Start, d.Start)
			r.session.Duration = cmp.Or(r.session.Duration, d.Duration)
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
		noteOnly("agenda-data", onlyData, "their groups' types are inferred where agenda.json does not have them", n)
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
func noteOnly(name string, sessions []Session, consequence string, n *wire.Notes) {
	const named = 10
	if len(sessions) == 0 {
		return
	}
	var who []string
	for _, s := range sessions[:min(len(sessions), named)] {
		who = append(who, fmt.Sprintf("%d (group %.80q)", s.ID, s.Group))
	}
	if len(sessions) > named {
		who = append(who, fmt.Sprintf("%d more", len(sessions)-named))
	}
	n.Add("only in %s: sessions %s; %s", name, strings.Join(who, ", "), consequence)
}

// noteDisagreement warns where the documents differ on one session, as they
// may for some minutes after a change.
func noteDisagreement(a, b Session, n *wire.Notes) {
	differ := func(what, x, y string) {
		if x != y {
			n.Add("session %d (group %.80q): %s is %.80q in agenda.json and %.80q in agenda-data; the former counts",
				a.ID, a.Group, what, x, y)
		}
	}
	differ("group", a.Group, b.Group)
	differ("status", string(a.Status), string(b.Status))
	if !a.Start.IsZero() && !b.Start.IsZero() {
		differ("start", a.Start.UTC().Format(time.RFC3339), b.Start.UTC().Format(time.RFC3339))
	}
	const day = 24 * time.Hour // agenda-data loses whole days
	if a.Duration > 0 && b.Duration > 0 {
		differ("duration", (a.Duration % day).String(), (b.Duration % day).String())
	}
}

// plenaryName matches the name of the plenary among the sessions of the group ietf.
var plenaryName = regexp.MustCompile(`(?i)\bplenary\b`)

// sessionsOf fills in the fields that depend on the group: plenary type,
// redundant names, the usual room, time zone.
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
		if s.Name == g.Name { // the wire form of a session without a name
			s.Name = ""
		}
		if !s.Start.IsZero() {
			s.Start = s.Start.In(zone)
		}
		sessions = append(sessions, s)
	}
	return sessions
}

// unreadSessions returns what was left out of the documents, except for the
// sessions that the other document has.
func unreadSessions(sessions []Session, docs ...*document) Unread {
	known := map[int]bool{}
	for _, s := range sessions {
		known[s.ID] = true
	}
	var lists [][]unreadRow
	for _, d := range docs {
		if d != nil {
			lists = append(lists, d.unread)
		}
	}
	return unreadOf(known, lists...)
}

// mergeGroups makes one group of the rows of each acronym. A group of
// agenda.json is not mixed with one that was inferred.
func mergeGroups(rows []joinedRow, n *wire.Notes) map[string]Group {
	groups, inferred := map[string]Group{}, map[string]Group{}
	for _, r := range rows {
		into := groups
		if r.inferred {
			into = inferred
		}
		g, known := into[r.group.Acronym]
		if known {
			g = mergeGroup(g, r.group, n)
		} else {
			g = r.group
		}
		into[g.Acronym] = g
	}
	for acronym, g := range inferred {
		if _, listed := groups[acronym]; !listed {
			// The type of a BOF is certain: it is always a wg.
			g.Inferred = g.Type != "" && g.State != StateBOF
			groups[acronym] = g
		}
	}
	return groups
}

// mergeGroup fills the gaps of a group from another row. Where the two
// contradict each other the first counts.
func mergeGroup(g, other Group, n *wire.Notes) Group {
	g.Name = fill(g.Acronym, "name", g.Name, other.Name, n)
	g.Type = fill(g.Acronym, "type", g.Type, other.Type, n)
	g.State = fill(g.Acronym, "state", g.State, other.State, n)
	g.Parent = fill(g.Acronym, "parent", g.Parent, other.Parent, n)
	return g
}

// fill returns the first value that is not empty, with a note where the two
// contradict each other.
func fill[T ~string](acronym, what string, first, second T, n *wire.Notes) T {
	if first != "" && second != "" && first != second {
		n.Add("group %.80q: its %s is %.80q in one row and %.80q in another; the first counts", acronym, what, first, second)
	}
	return cmp.Or(first, second)
}

// groupsOf returns the groups in the order of a meeting's groups.
func groupsOf(byAcronym map[string]Group) []Group {
	groups := make([]Group, 0, len(byAcronym))
	for _, g := range byAcronym {
		g.BOF = g.State == StateBOF
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Acronym, b.Acronym) })
	return groups
}
