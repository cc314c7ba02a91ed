package apply

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// Status is how a change ended.
type Status string

// The ends of a change.
const (
	Done    Status = "done"    // made, and read back as it should be
	Failed  Status = "failed"  // not made, not as it should be, or not known
	Skipped Status = "skipped" // not begun, or nothing to begin
)

// Result is a change and what became of it.
type Result struct {
	provision.Change
	Status Status
	// After is the room as it was read back; nil where nothing was shown or the
	// room was not read.
	After xmppadmin.Settings
	// Err is why the change failed or was skipped; it names the room.
	Err error
}

// Verified reports whether the room was read back and is as it should be.
func (r Result) Verified() bool { return r.Status == Done }

// Outcome is what became of a plan.
type Outcome struct {
	// Results has one for each change of the plan, sorted by room name.
	Results []Result
	// Counts are of the changes done, of the unchanged rooms, and of those in
	// conflict or unknown as the plan had them. A room that could not be read
	// back counts as failed.
	Counts provision.Counts
	// NotOffered are the wanted settings that the server does not show of the
	// rooms read back, and of which the plan did not know; sorted, each once.
	NotOffered []provision.Obstacle
	// Lost are the names of the rooms that were done, and that the server no longer
	// had so after the connection was lost, sorted: it has crashed. They were done
	// again, and have their results from that.
	Lost []string
}

// Incomplete reports whether a room failed, was skipped or is unknown.
func (o Outcome) Incomplete() bool { return o.Counts.Failed+o.Counts.Unknown+o.Counts.Skipped > 0 }

// ErrUnverified is wrapped by the error of a room whose state is not known
// after a change was requested.
var ErrUnverified = errors.New("the room could not be read back")

// VerifyError is the error of a room that reads back otherwise than it was set,
// although the server reported success.
type VerifyError struct {
	Room string
	// Fields are the settings that differ: From as read back, To as wanted.
	Fields []provision.Field
	// Obstacles are what on the server prevents each setting, as far as it is
	// known.
	Obstacles map[xmppadmin.Setting]string
}

// Error returns each setting with what it is, what it should be, and the
// obstacle.
func (e *VerifyError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = fmt.Sprintf("%s is %q, not %q", f.Name, f.From, f.To)
		if f.NotShown {
			parts[i] = fmt.Sprintf("%s is not shown, and should be %q", f.Name, f.To)
		}
		if o := e.Obstacles[f.Name]; o != "" {
			parts[i] += ": " + o
		}
	}
	return fmt.Sprintf("room %q: server reported success, but reads back different: %s", e.Room, strings.Join(parts, "; "))
}

// explainer explains what prevents a setting; a [provision.Service] does.
type explainer interface {
	Explain(s xmppadmin.Setting) string
}

func verifyError(x explainer, room string, fields []provision.Field) error {
	e := &VerifyError{Room: room, Fields: fields, Obstacles: make(map[xmppadmin.Setting]string)}
	for _, f := range fields {
		if o := x.Explain(f.Name); o != "" {
			e.Obstacles[f.Name] = o
		}
	}
	return e
}

// count returns the counts of an apply.
func count(p plan.Plan, results []Result) provision.Counts {
	c := provision.Counts{Wanted: p.Counts.Wanted, Unchanged: p.Counts.Unchanged, Withheld: p.Counts.Withheld}
	for _, r := range results {
		switch {
		case !r.Action.Changes() || r.Status == Done:
			c.Add(r.Action)
		case r.Status == Failed:
			c.Failed++
		default:
			c.Skipped++
		}
	}
	return c
}

func sortResults(results []Result) {
	slices.SortFunc(results, func(a, b Result) int { return strings.Compare(a.Room.Name, b.Room.Name) })
}
