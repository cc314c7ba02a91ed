package provision

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"muster/xmppadmin"
)

// PlanFormat is the format of a plan file.
const PlanFormat = "muster-plan/1"

// maxPlanFile is the size in bytes up to which a plan file is read: a plan of
// 10,000 rooms has about a third of it.
const maxPlanFile = 64 << 20

// PlanFile is a plan that was saved, to be looked at and carried out later.
type PlanFile struct {
	Format  string `json:"format"`
	Version string `json:"version"` // of the program
	// Account is the bare JID that is to carry out the plan.
	Account string `json:"account"`
	// Meetings are the meetings as they were asked for.
	Meetings []string    `json:"meetings"`
	Options  FileOptions `json:"options"`
	// Agendas are the agendas and the list of groups that the plan was made
	// from.
	Agendas []AgendaMark `json:"agendas"`
	// Configuration is the digest of the rules, and of what else of the
	// configuration the caller counts in.
	Configuration string `json:"configuration"`
	// Plan is the plan. Its Created is the time that was given to [Want], and
	// must be given to it again when the plan is checked.
	Plan Planned `json:"plan"`
	// Digest is a digest of all of the above; [WritePlan] sets it.
	Digest string `json:"digest"`
}

// FileOptions are the options that a plan was made with.
type FileOptions struct {
	Policy       Policy   `json:"policy"`
	Only         []string `json:"only,omitempty"`
	Except       []string `json:"except,omitempty"`
	Adopt        []string `json:"adopt,omitempty"`
	AdoptWanted  bool     `json:"adopt_wanted,omitempty"`
	Reopen       []string `json:"reopen,omitempty"`
	AllowArchive int      `json:"allow_archive,omitempty"`
}

// PlanOptions returns the options for making the same plan again, at the time
// created.
func (o FileOptions) PlanOptions(created time.Time) PlanOptions {
	return PlanOptions{
		Policy: o.Policy, Only: o.Only, Except: o.Except,
		Adopt: o.Adopt, AdoptWanted: o.AdoptWanted, Reopen: o.Reopen, Now: created,
	}
}

// AgendaMark is a meeting's number and its agenda's digest, or [GroupsMark] and
// that of the list of groups. See [Sources.Marks].
type AgendaMark struct {
	Meeting string `json:"meeting"`
	Digest  string `json:"digest"`
}

// digest returns the digest of everything but the digest itself.
func (f PlanFile) digest() string {
	f.Digest = ""
	return digestOf(f)
}

// WritePlan writes f as JSON, with its format and its digest.
func WritePlan(w io.Writer, f PlanFile) error {
	f.Format = PlanFormat
	f.Digest = f.digest()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return fmt.Errorf("plan file: %w", err)
	}
	return nil
}

// ReadPlan reads a plan file. It fails on another format, on a digest that
// does not fit, and on a plan that no program of this project could have
// written. The digest finds accidents and careless edits; what was forged with
// care is found by [PlanFile.Fits], which must be asked before the plan is
// carried out.
func ReadPlan(r io.Reader) (*PlanFile, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPlanFile+1))
	if err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	if len(data) > maxPlanFile {
		return nil, fmt.Errorf("plan file: longer than %d bytes", maxPlanFile)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("plan file: not JSON: %w", err)
	}
	if head.Format != PlanFormat {
		return nil, fmt.Errorf("plan file: the format is %q, not %q", head.Format, PlanFormat)
	}
	var f PlanFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	if f.Digest != f.digest() {
		return nil, errors.New("plan file: it was changed since it was written: the digest does not fit")
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	return &f, nil
}

// check says what in the file could not have come from a plan.
func (f *PlanFile) check() error {
	a, err := newAddresses(f.Plan.Service)
	if err != nil {
		return err
	}
	if _, err := ParsePolicy(string(f.Plan.Policy)); err != nil {
		return err
	}
	if !slices.IsSortedFunc(f.Plan.Changes, byRoom) {
		return errors.New("the changes are not sorted by room")
	}
	for i, c := range f.Plan.Changes {
		switch {
		case !c.Action.known():
			return fmt.Errorf("room %q: %q is not an action", c.Room.Name, c.Action)
		case c.Room.JID != a.of(c.Room.Name):
			return fmt.Errorf("room %q: %q is not its address", c.Room.Name, c.Room.JID)
		case i > 0 && c.Room.Name == f.Plan.Changes[i-1].Room.Name:
			return fmt.Errorf("room %q: there are two changes of it", c.Room.Name)
		}
		if c.Action.changes() && c.Action != Adopt && c.Action != Reopen && c.Action != Archive {
			if why := checkName(c.Room.Name); why != "" {
				return &NameError{Name: c.Room.Name, Why: why}
			}
		}
		if err := checkFields(c); err != nil {
			return err
		}
		if c.Action == Unknown && c.Reason != "" {
			f.Plan.Changes[i].Err = errors.New(c.Reason)
		}
	}
	return nil
}

// checkFields says which field of a change does not lead to its room's
// settings.
func checkFields(c Change) error {
	for _, field := range c.Fields {
		if want, ok := c.Room.Settings[field.Name]; !ok || want != field.To {
			return fmt.Errorf("room %q: the change of %s does not lead to the wanted settings", c.Room.Name, field.Name)
		}
	}
	if c.Room.Settings[xmppadmin.Password] != "" {
		return fmt.Errorf("room %q: rooms have no password", c.Room.Name)
	}
	return nil
}
