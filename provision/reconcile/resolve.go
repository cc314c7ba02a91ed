package reconcile

import (
	"context"
	"errors"

	"muster/provision/apply"
	"muster/provision/state"
	"muster/xmppadmin"
)

// resolve records what became of the changes that a killed run has left open in
// the audit trail, as the survey found their rooms; rooms that it did not have
// are read. A room that is unknown stays open for the next run.
func (r *Reconciler) resolve(ctx context.Context, p Pass) error {
	open, err := state.OpenChanges(r.State)
	if err != nil || len(open) == 0 {
		return err
	}
	found, err := lookUp(ctx, p, open)
	if err != nil {
		return err
	}
	audit, err := state.OpenAudit(r.State)
	if err != nil {
		return err
	}
	for _, e := range open {
		room, ok := found[e.Room]
		if !ok || room.State == xmppadmin.Unknown {
			continue
		}
		err = errors.Join(err, audit.Record(apply.Entry{
			When: r.now(), Actor: r.Actor, Plan: e.Plan, Room: e.Room, Action: e.Action,
			Result: apply.Found, State: standing(room), Before: e.Before, After: room.Settings,
		}))
	}
	return errors.Join(err, audit.Close())
}

// lookUp returns the rooms of changes by name.
func lookUp(ctx context.Context, p Pass, changes []apply.Entry) (map[string]xmppadmin.Room, error) {
	found := make(map[string]xmppadmin.Room)
	for _, row := range p.Plan.Rows {
		found[row.Found.Name] = row.Found
	}
	var missing []string
	for _, e := range changes {
		if _, ok := found[e.Room]; !ok {
			missing = append(missing, e.Room)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	rooms, err := p.service.Read(ctx, missing)
	for _, room := range rooms {
		found[room.Name] = room
	}
	return found, err
}

// standing returns how a room was found.
func standing(room xmppadmin.Room) string {
	switch {
	case room.State != xmppadmin.Exists:
		return room.State.String()
	case !room.Managed:
		return "not managed"
	case room.Archived:
		return "archived"
	}
	return "live"
}
