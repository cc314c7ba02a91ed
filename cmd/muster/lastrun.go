package main

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/reconcile"
	"muster/provision/state"
	"muster/xmppadmin"
)

// errNotConfirmed is the answer to the question whether to make changes.
var errNotConfirmed = errors.New("not confirmed, nothing was changed")

// made is what a run saw and did, as far as it got.
type made struct {
	pass       reconcile.Pass
	outcome    apply.Outcome
	conditions map[string]time.Time // as they are to be noted
}

// noteRun notes a run in the state folder and in the metrics file, and returns
// its error. A run by hand or one that was not confirmed is not noted.
func (a *app) noteRun(c config.Config, o *applyFlags, began time.Time, m made, err error) error {
	if o.options.Action != "" || errors.Is(err, errNotConfirmed) {
		return err
	}
	last, _, lerr := state.LoadRun(c.State.Dir)
	if lerr != nil {
		a.console.Warn("%v", lerr)
	}
	r := runOf(m, last)
	r.Command, r.Began, r.Ended, r.Status = o.command, began, a.now(), int(codeOf(err))
	switch {
	case err == nil:
		r.Success = r.Ended
	case shown(err):
		r.Error = "at least one room failed or is unknown"
	default:
		r.Error = err.Error()
	}
	if serr := r.Save(c.State.Dir); serr != nil {
		a.console.Warn("%v", serr)
	}
	if c.State.MetricsFile != "" {
		if merr := r.WriteMetrics(c.State.MetricsFile); merr != nil {
			a.console.Warn("state.metrics_file: %v", merr)
		}
	}
	return err
}

// runOf returns what is noted of a run. What it did not get to see is as the
// last one saw it.
func runOf(m made, last state.Run) state.Run {
	r := state.Run{
		Success: last.Success, Counts: m.outcome.Counts, Rooms: last.Rooms, Conflicts: last.Conflicts,
		Archives: last.Archives, Sources: last.Sources, Conditions: last.Conditions,
	}
	if m.conditions != nil {
		r.Conditions = m.conditions
	}
	if len(m.pass.Sources.Meetings) > 0 {
		r.Sources = sources(m.pass, last)
	}
	if m.pass.Plan.Service == "" {
		return r
	}
	r.Conflicts, r.Archives = conflicts(m.pass), nextArchives(m.pass)
	r.Rooms = roomsByState(m.pass, m.outcome)
	if m.outcome.Counts == (provision.Counts{}) {
		r.Counts.Wanted, r.Counts.Conflict = m.pass.Plan.Counts.Wanted, m.pass.Plan.Counts.Conflict
	}
	return r
}

// sources returns the agendas and the list of groups, with the time at which
// the Datatracker confirmed each.
func sources(p reconcile.Pass, last state.Run) []state.Source {
	var all []state.Source
	add := func(name string, stale bool, confirmed time.Time) {
		if !stale {
			confirmed = p.Request.At
		}
		if stale && confirmed.IsZero() {
			for _, s := range last.Sources {
				if s.Name == name {
					confirmed = s.Confirmed
				}
			}
		}
		all = append(all, state.Source{Name: name, Confirmed: confirmed})
	}
	for _, m := range p.Sources.Meetings {
		var confirmed time.Time
		for _, o := range m.Outages {
			confirmed = older(confirmed, o.Confirmed)
		}
		add(provision.MeetingName(m.Number), m.Stale, confirmed)
	}
	if g := p.Sources.Groups; g != nil {
		var confirmed time.Time
		for _, o := range g.Outages {
			confirmed = older(confirmed, o.Confirmed)
		}
		add("list of groups", g.Stale, confirmed)
	}
	return all
}

// older returns the older of two times, of which the zero one is none.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func conflicts(p reconcile.Pass) []string {
	var names []string
	for _, r := range p.Plan.Rows {
		if r.Action == provision.Conflict {
			names = append(names, r.Found.Name)
		}
	}
	return names
}

// nextArchives returns the rooms whose days of grace are counted, by time.
func nextArchives(p reconcile.Pass) []state.Due {
	var due []state.Due
	for _, r := range p.Plan.Rows {
		live := r.Found.State == xmppadmin.Exists && r.Found.Managed && !r.Found.Archived
		if live && r.Wanted != nil && !r.Wanted.Decision.Until.IsZero() {
			due = append(due, state.Due{Room: r.Found.Name, When: r.Wanted.Decision.Until})
		}
	}
	slices.SortFunc(due, func(a, b state.Due) int {
		return cmp.Or(a.When.Compare(b.When), cmp.Compare(a.Room, b.Room))
	})
	return due
}

// roomsByState counts the rooms on the service as they are after an apply.
func roomsByState(p reconcile.Pass, out apply.Outcome) map[string]int {
	done := make(map[string]provision.Action)
	for _, r := range out.Results {
		if r.Status == apply.Done {
			done[r.Room.Name] = r.Action
		}
	}
	rooms := map[string]int{"live": 0, "archived": 0, "unmanaged": p.Plan.Unmanaged, "unknown": 0}
	for _, r := range p.Plan.Rows {
		switch standing := standingAfter(r.Found, done[r.Found.Name]); {
		case standing == "unmanaged" && r.Action == "": // counted by the plan
		case standing != "":
			rooms[standing]++
		}
	}
	return rooms
}

// standingAfter returns the state of a room after what was done about it; empty
// for one that does not exist.
func standingAfter(found xmppadmin.Room, done provision.Action) string {
	switch {
	case done == provision.Archive:
		return "archived"
	case done != "":
		return "live"
	case found.State == xmppadmin.Unknown:
		return "unknown"
	case found.State == xmppadmin.Absent:
		return ""
	case !found.Managed:
		return "unmanaged"
	case found.Archived:
		return "archived"
	}
	return "live"
}

// news returns what is odd about a pass and has to be reported: warnings of the
// sources and conflicts as texts, and why rooms are missing as errors. A brief
// run reports only what begins with it, has changed, or was last reported a day
// ago. noted are all of them, with the time of the last report.
func news(p reconcile.Pass, last state.Run, brief bool, now time.Time) (texts []string, missing []error, noted map[string]time.Time) {
	odd := append(slices.Clone(p.Warnings), ui.Conflicts(p.Plan)...)
	all, shortfalls := slices.Clone(odd), p.Wanted.Shortfalls()
	for _, err := range shortfalls {
		all = append(all, err.Error())
	}
	begun, noted := last.News(all, now)
	for _, err := range shortfalls {
		if !brief || slices.Contains(begun, err.Error()) {
			missing = append(missing, err)
		}
	}
	for _, text := range begun {
		if slices.Contains(odd, text) {
			texts = append(texts, text)
		}
	}
	return texts, missing, noted
}
