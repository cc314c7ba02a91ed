package reconcile

import (
	"context"
	"maps"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

// withSubjects returns the rooms found with the subjects that the plan needs,
// where looking at rooms does not show them. A room is entered only if its
// subject may have to be written: until then it is assumed to have the one that
// was last written or seen. A room that could not be entered is unknown.
func (p Pass) withSubjects(ctx context.Context, found []xmppadmin.Room, rules want.Rules) ([]xmppadmin.Room, error) {
	if rules.Subject == "" || p.service.ShowsSubjects() {
		return found, nil
	}
	out := make([]xmppadmin.Room, len(found))
	var names, ifEmpty []string
	wanted := p.wantedSubjects()
	for i, r := range found {
		if out[i] = r; r.State != xmppadmin.Exists || !r.Managed || r.Settings == nil {
			continue
		}
		history, need := p.history.Subjects[r.Name], plan.NeedNone
		if text, has := wanted[r.Name]; has && !r.Archived {
			need = history.Need(text, p.Request.At)
		}
		if need != plan.NeedNone && p.Request.Outside {
			continue
		}
		out[i].Settings = withSubject(r.Settings, history.Assumed())
		switch need {
		case plan.NeedSubject:
			names = append(names, r.Name)
		case plan.NeedIfEmpty:
			ifEmpty = append(ifEmpty, r.Name)
		}
	}
	if len(names)+len(ifEmpty) == 0 {
		return out, nil
	}
	read, err := p.service.ReadSubjects(ctx, names, ifEmpty)
	if err != nil {
		return nil, err
	}
	addSubjects(out, read)
	return out, nil
}

// wantedSubjects returns the subjects of the wanted rooms, by name.
func (p Pass) wantedSubjects() map[string]string {
	subjects := make(map[string]string)
	for _, r := range p.Wanted.Rooms {
		if text, has := r.Settings[xmppadmin.Subject]; has && r.Decision.Desired.Wanted() {
			subjects[r.Name] = text
		}
	}
	return subjects
}

// addSubjects adds to rooms what was read of their subjects.
func addSubjects(rooms, read []xmppadmin.Room) {
	byName := make(map[string]xmppadmin.Room, len(read))
	for _, r := range read {
		byName[r.Name] = r
	}
	for i, r := range rooms {
		inside, ok := byName[r.Name]
		switch {
		case !ok:
			continue
		case inside.State != xmppadmin.Exists:
			rooms[i] = inside
			continue
		}
		rooms[i].Occupants = inside.Occupants
		if text, has := inside.Settings[xmppadmin.Subject]; has {
			rooms[i].Settings = withSubject(r.Settings, text)
		}
	}
}

func withSubject(s xmppadmin.Settings, text string) xmppadmin.Settings {
	s = maps.Clone(s)
	s[xmppadmin.Subject] = text
	return s
}

// subjectsAfter returns the histories of the subjects of rooms after a run. A
// room whose change failed keeps what was known of it.
func (p Pass) subjectsAfter(out apply.Outcome) map[string]plan.SubjectHistory {
	after := maps.Clone(p.history.Subjects)
	if after == nil {
		after = make(map[string]plan.SubjectHistory)
	}
	results := make(map[string]apply.Result, len(out.Results))
	for _, r := range out.Results {
		results[r.Room.Name] = r
	}
	wanted := make(map[string]provision.Room, len(p.Wanted.Rooms))
	for _, r := range p.Wanted.Rooms {
		wanted[r.Name] = r
	}
	for _, row := range p.Plan.Rows {
		name := row.Found.Name
		settings, managed := row.Found.Settings, row.Found.Managed
		result, changed := results[name]
		if changed && result.Action.Changes() {
			settings, managed = result.After, result.Verified()
		} else if row.Found.State == xmppadmin.Absent {
			delete(after, name)
		}
		room, left := subjectOf(row, wanted[name])
		_, has := room.Settings[xmppadmin.Subject]
		if text, shown := settings[xmppadmin.Subject]; has && shown && managed {
			after[name] = after[name].After(text, room, left)
		}
	}
	return after
}

// subjectOf returns the room of a row with the subject that was wanted for it,
// and whether the plan has left the one that it has.
func subjectOf(row plan.Row, wanted provision.Room) (room provision.Room, left bool) {
	if row.Wanted == nil {
		return provision.Room{}, false
	}
	_, written := row.Wanted.Settings[xmppadmin.Subject]
	if written || !wanted.Decision.Desired.Wanted() {
		return *row.Wanted, false
	}
	return wanted, true
}
