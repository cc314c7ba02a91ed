package main

import (
	"cmp"
	"fmt"
	"strings"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

// roomRecords joins what was found with what is to be done about it, by name.
func roomRecords(found []xmppadmin.Room, w want.Wanted, p plan.Plan) []roomRecord {
	over := make(map[string]string) // why a room is not wanted, where that is known
	for _, k := range w.Kept {
		over[k.Name] = k.Reason
	}
	for _, e := range w.Ended {
		over[e.Name] = e.Reason
	}
	changes := make(map[string]provision.Change)
	for _, c := range p.Changes {
		changes[c.Room.Name] = c
	}
	for _, r := range p.Unchanged {
		changes[r.Name] = provision.Change{Action: provision.Unchanged, Room: r}
	}
	var records []roomRecord
	for _, f := range found {
		c := changes[f.Name]
		r := roomRecord{
			Type: "room", Room: f.Name, JID: c.Room.JID, State: f.State.String(), Managed: f.Managed,
			Archived: f.Archived, Action: c.Action, Reasons: reasonsOf(c), Settings: f.Settings, Fields: fieldsOf(c.Fields),
		}
		if r.JID == "" {
			r.JID, _ = xmppadmin.RoomJID(f.Name, p.Service)
		}
		if f.Err != nil {
			r.Error = f.Err.Error()
		}
		if why := over[f.Name]; why != "" && len(r.Reasons) == 0 {
			r.Reasons = []string{why}
		}
		records = append(records, r)
	}
	return records
}

// standing says how a room stands on the service.
func (r roomRecord) standing() string {
	switch {
	case r.State != xmppadmin.Exists.String():
		return r.State
	case !r.Managed:
		return "not managed"
	case r.Archived:
		return "archived"
	default:
		return "live"
	}
}

// verdict says whether a room is as it should be.
func (r roomRecord) verdict() string {
	switch r.Action {
	case provision.Unchanged:
		return "yes"
	case provision.Update:
		var names []string
		for _, f := range r.Fields {
			names = append(names, string(f.Name))
		}
		return "no: " + strings.Join(names, ", ")
	case "":
		return "not wanted"
	default:
		return "no: " + string(r.Action)
	}
}

// rows are the room in two columns.
func (r roomRecord) rows() [][]string {
	rows := [][]string{{"room", r.JID}, {"state", r.standing()}, {"as it should be", r.verdict()}}
	for i, reason := range r.Reasons {
		head := "because"
		if i > 0 {
			head = "and because"
		}
		rows = append(rows, []string{head, reason})
	}
	wanted := make(map[xmppadmin.Setting]string)
	for _, f := range r.Fields {
		wanted[f.Name] = f.To
	}
	for _, s := range r.Settings.Names() {
		value := r.Settings[s]
		if to, differs := wanted[s]; differs {
			value = fmt.Sprintf("%s   (should be %q)", cmp.Or(value, "-"), to)
		}
		rows = append(rows, []string{string(s), value})
	}
	return rows
}
