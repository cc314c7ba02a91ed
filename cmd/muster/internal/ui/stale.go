package ui

import (
	"fmt"
	"strings"

	"muster/provision"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// differenceRecord is the record of a room about which a saved plan is another
// one now.
type differenceRecord struct {
	Type string        `json:"type"` // "difference"
	Room string        `json:"room"`
	Then *changeRecord `json:"then,omitempty"`
	Now  *changeRecord `json:"now,omitempty"`
}

// Saved shows how a saved plan was made.
func (c *Console) Saved(f *plan.File) {
	if c.Options.Format == JSON {
		return
	}
	c.out.line("saved on %s by muster %s, for %s", f.Plan.Created.UTC().Format("2006-01-02 15:04:05 UTC"), f.Version, f.Account)
}

// Stale shows what differs between a saved plan and one made now, by room.
func (c *Console) Stale(e *plan.StalePlanError) {
	for _, d := range e.Differences {
		if c.Options.Format == JSON {
			c.record(differenceRecord{Type: "difference", Room: d.Room, Then: recordOf(d.Then), Now: recordOf(d.Now)})
			continue
		}
		c.Note("room %q: the plan has: %s; now: %s", d.Room, inWords(d.Then, d.Now), inWords(d.Now, d.Then))
	}
}

func recordOf(c *provision.Change) *changeRecord {
	if c == nil {
		return nil
	}
	r := changeOf(*c)
	return &r
}

// inWords returns a change in words: its action and the values of those settings
// that the other change of the room does not have.
func inWords(c, other *provision.Change) string {
	if c == nil {
		return "nothing to do"
	}
	values := make(map[xmppadmin.Setting]string)
	if other != nil {
		for _, f := range other.Fields {
			values[f.Name] = f.To
		}
	}
	var fields []string
	for _, f := range c.Fields {
		if to, ok := values[f.Name]; other != nil && other.Action == c.Action && (!ok || to != f.To) {
			fields = append(fields, fmt.Sprintf("%s %q", f.Name, f.To))
		}
	}
	if len(fields) == 0 {
		return string(c.Action)
	}
	return fmt.Sprintf("%s (%s)", c.Action, strings.Join(fields, ", "))
}
