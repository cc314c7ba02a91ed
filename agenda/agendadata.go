package agenda

import (
	"encoding/json"
	"errors"
	"fmt"

	"muster/agenda/internal/wire"
)

// dataRow is one row of the schedule in agenda-data, without its times.
type dataRow struct {
	id           int
	place        string // null on the wire where there is none
	acronym      string // of the group as it is today
	groupAcronym string // of the group at the time of the meeting
	groupName    string
	parent       string // empty where there is none
	parentUnread bool
	name         string // the slot's, where there is no slotName
	hasSlotName  bool   // false until late 2022
	status       Status
	kind         SessionType
	isBOF        bool
	isProposed   bool
	chat         string
	roomUnread   bool // type or chat link, which agenda.json does not have
}

// parseAgendaData reads /api/meeting/<n>/agenda-data. It leaves out what
// agenda.json leaves out too: breaks and registration. The document does not
// have the types of groups, which are inferred: see inferGroup.
func (l chatLinks) parseAgendaData(body []byte) (document, error) {
	doc := document{name: "agenda-data"}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		return document{}, fmt.Errorf("agenda-data: %w", wire.JSONError(err))
	}
	if keys["meeting"] == nil || keys["schedule"] == nil {
		return document{}, errors.New("agenda-data: want an object with the keys meeting and schedule")
	}
	top := wire.RowOf(keys)
	about, zoneName := top.NeedObject("meeting"), ""
	about.Need("number", &doc.number)
	about.Want("city", &doc.city)
	about.Want("timezone", &zoneName)
	if err := firstError(top.Failed(), checkNumber(doc.number)); err != nil {
		return document{}, fmt.Errorf("agenda-data: %w", err)
	}
	for _, err := range top.Problems() {
		doc.notes.Add("agenda-data: %v; it is taken as unknown", err)
	}
	zone, err := wire.LoadZone(zoneName)
	if err != nil {
		doc.notes.Add("agenda-data: %v; times are in UTC, and those given without an offset are not known", err)
	}
	doc.zone = zone
	err = wire.EachRow(keys["schedule"], func(at int, raw json.RawMessage) { doc.addDataRow(at, raw, l) })
	if err != nil {
		return document{}, fmt.Errorf("agenda-data: schedule: %w", err)
	}
	doc.sortAndDedupe()
	return doc, nil
}

// addDataRow reads one row of the schedule.
func (d *document) addDataRow(at int, raw json.RawMessage, l chatLinks) {
	r := wire.OpenRow(raw)
	in := readDataRow(r)
	if in.kind == Break || in.kind == Registration {
		return
	}
	s := Session{ID: in.id, Group: in.groupAcronym, Name: in.ownName(), Type: in.kind, Status: in.status, Location: in.place}
	s.Start, s.Duration = r.Times("startDateTime", d.zone)
	room, ok := l.ownRoom(in.chat, in.kind, in.groupAcronym, in.acronym)
	s.Room, s.OwnRoom = room, room != ""
	added := d.add(at, r, row{s, in.inferGroup()})
	if !added {
		d.unread[len(d.unread)-1].alone = in.roomUnread
	}
	if added && !ok {
		d.notes.Add("agenda-data: session %d (group %.80q): its chat link %.80q has no shape that names a room, so the usual one counts",
			in.id, in.groupAcronym, in.chat)
	}
}

// readDataRow reads the keys of one row, except for its times.
func readDataRow(r wire.Row) dataRow {
	var in dataRow
	r.Need("type", &in.kind)
	links := r.NeedObject("links")
	links.Need("chat", &in.chat)
	in.roomUnread = r.Failed() != nil
	r.Need("sessionId", &in.id)
	r.Want("acronym", &in.acronym)
	r.Need("groupAcronym", &in.groupAcronym)
	if in.groupAcronym == "" {
		in.groupAcronym = in.acronym
	}
	r.Need("status", &in.status)
	r.Want("room", &in.place)
	r.Want("groupName", &in.groupName)
	parent, ok := r.WantObject("groupParent") // an empty object where there is none
	in.parentUnread = !parent.Want("acronym", &in.parent) || !ok
	r.Want("isBoF", &in.isBOF)
	r.Want("isProposed", &in.isProposed)
	r.Want("name", &in.name)
	slot, ok := r.Raw("slotName")
	in.hasSlotName = ok && string(slot) != "null"
	return in
}

// ownName returns the session's name. Older documents have the slot's name in
// its place: of no use for a regular session ("Morning Session I"), but all
// that is known of another one ("Hackathon").
func (r *dataRow) ownName() string {
	if !r.hasSlotName && r.kind == Regular {
		return ""
	}
	return r.name
}

// inferGroup infers the group's type and state. A regular session belongs to a
// group that acts like a working group: under irtf that is taken for a
// research group, elsewhere for a working group, which is wrong for the few
// area groups (ag, rag). Of other sessions nothing follows for their group,
// except that a BOF is always a working group in the making.
func (r *dataRow) inferGroup() Group {
	g := Group{Acronym: r.groupAcronym, Name: r.groupName, Parent: r.parent}
	switch {
	case r.isBOF:
		g.Type, g.State = WorkingGroup, StateBOF
	case r.kind == Regular && g.Parent == "irtf":
		g.Type = ResearchGroup
	case r.kind == Regular && (g.Parent != "" || r.parentUnread):
		g.Type = WorkingGroup
	}
	if r.isProposed {
		g.State = StateProposed
	}
	return g
}
