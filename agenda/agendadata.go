package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
)

// agendaData is /api/meeting/<n>/agenda-data, as far as it is read here.
type agendaData struct {
	Meeting *struct {
		Number   string `json:"number"`
		City     string `json:"city"`
		TimeZone string `json:"timezone"`
	} `json:"meeting"`
	Schedule json.RawMessage `json:"schedule"`
}

// dataRow is one row of its schedule.
type dataRow struct {
	SessionID    int             `json:"sessionId"`
	Room         string          `json:"room"`    // null where there is none
	Acronym      string          `json:"acronym"` // as it is today
	GroupAcronym string          `json:"groupAcronym"`
	GroupName    string          `json:"groupName"`
	GroupParent  groupParent     `json:"groupParent"`
	Name         string          `json:"name"`     // the slot's, where there is no slotName
	SlotName     *string         `json:"slotName"` // absent until late 2022
	Start        string          `json:"startDateTime"`
	Duration     json.RawMessage `json:"duration"`
	Status       string          `json:"status"`
	Type         SessionType     `json:"type"`
	IsBOF        bool            `json:"isBoF"`
	IsProposed   bool            `json:"isProposed"`
	Links        struct {
		Chat string `json:"chat"`
	} `json:"links"`
}

// groupParent is an object that is empty where there is no parent.
type groupParent struct {
	Acronym string `json:"acronym"`
}

// parseAgendaData reads /api/meeting/<n>/agenda-data. It leaves out what
// agenda.json leaves out too: breaks and registration. The document does not
// tell the types of groups, which are inferred: see inferGroup.
func parseAgendaData(body []byte) (document, error) {
	doc := document{name: "agenda-data"}
	var data agendaData
	if err := json.Unmarshal(body, &data); err != nil {
		return document{}, fmt.Errorf("agenda-data: %w", jsonError(err))
	}
	if data.Meeting == nil || data.Schedule == nil {
		return document{}, errors.New("agenda-data: want an object with the keys meeting and schedule")
	}
	doc.number, doc.city = data.Meeting.Number, data.Meeting.City
	zone, err := loadZone(data.Meeting.TimeZone)
	if err != nil {
		doc.notes.add("agenda-data: %v; times are in UTC, and those given without an offset are not known", err)
	}
	doc.zone = zone
	err = eachRow(data.Schedule, func(at int, raw json.RawMessage) { doc.addDataRow(at, raw) })
	if err != nil {
		return document{}, fmt.Errorf("agenda-data: schedule: %w", err)
	}
	doc.settle()
	return doc, nil
}

// addDataRow reads one row of the schedule.
func (d *document) addDataRow(at int, raw json.RawMessage) {
	var r dataRow
	err := decodeRow(raw, &r)
	if r.Type == Break || r.Type == Registration {
		return
	}
	if r.GroupAcronym == "" {
		r.GroupAcronym = r.Acronym
	}
	identity := checkIdentity(r.SessionID, r.GroupAcronym)
	start, badStart := parseStart(r.Start, d.zone)
	duration, badDuration := parseDuration(r.Duration)
	if err := firstError(err, identity, badStart, badDuration); err != nil {
		d.leaveOut(at, r.SessionID, r.GroupAcronym, err)
		return
	}
	room, ok := ownRoom(r.Links.Chat, r.Type, r.GroupAcronym, r.Acronym)
	if !ok {
		d.notes.add("agenda-data: session %d (group %q): its chat link %q shows no room, so the usual one counts",
			r.SessionID, clip(r.GroupAcronym), clip(r.Links.Chat))
	}
	d.rows = append(d.rows, row{
		Session{
			ID: r.SessionID, Group: r.GroupAcronym, Name: r.ownName(), Type: r.Type,
			Status: Status(r.Status), Start: start, Duration: duration, Location: r.Room,
			Room: room, OwnRoom: room != "",
		},
		r.inferGroup(),
	})
}

// ownName is the session's name. Older documents give the slot's name in its
// place: of no use for a regular session ("Morning Session I"), but all there
// is to tell what else is going on ("Hackathon").
func (r *dataRow) ownName() string {
	if r.SlotName == nil && r.Type == Regular {
		return ""
	}
	return r.Name
}

// inferGroup makes out the group's type and state. A regular session belongs
// to a group that acts like a working group: under irtf that is taken for a
// research group, elsewhere for a working group, which is wrong for the few
// area groups (ag, rag). Other sessions say nothing about their group, except
// that a BOF is always a working group in the making.
func (r *dataRow) inferGroup() Group {
	g := Group{Acronym: r.GroupAcronym, Name: r.GroupName, Parent: r.GroupParent.Acronym}
	switch {
	case r.IsBOF:
		g.Type, g.State = "wg", StateBOF
	case r.Type == Regular && g.Parent == "irtf":
		g.Type = "rg"
	case r.Type == Regular && g.Parent != "":
		g.Type = "wg"
	}
	if r.IsProposed {
		g.State = StateProposed
	}
	return g
}
