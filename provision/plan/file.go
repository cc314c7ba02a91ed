package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Format is the format of a plan file.
const Format = "muster-plan/1"

// maxFile is the size in bytes up to which a plan file is read: a plan of
// 10,000 rooms has about a third of it.
const maxFile = 64 << 20

// File is a plan that was saved, to be looked at and carried out later.
type File struct {
	Format  string `json:"format"`
	Version string `json:"version"` // of the program
	// Account is the bare JID that is to carry out the plan.
	Account string `json:"account"`
	// Meetings are the meetings as they were asked for.
	Meetings []string    `json:"meetings"`
	Options  FileOptions `json:"options"`
	// Agendas are the agendas and the list of groups that the plan was made
	// from.
	Agendas []want.SourceDigest `json:"agendas"`
	// Configuration is the digest of the rules, and of what else of the
	// configuration the caller counts in.
	Configuration string `json:"configuration"`
	// Plan is the plan. Its Created is the time that was given to [want.Derive], and
	// must be given to it again when the plan is checked.
	Plan Plan `json:"plan"`
	// Digest is a digest of all of the above; [Write.Write] sets it.
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

// Options returns the options for making the same plan again, at the time
// created.
func (o FileOptions) PlanOptions(created time.Time) Options {
	return Options{
		Policy: o.Policy, Only: o.Only, Except: o.Except,
		Adopt: o.Adopt, AdoptWanted: o.AdoptWanted, Reopen: o.Reopen, Now: created,
	}
}

// digest returns the digest of everything but the digest itself.
func (f File) digest() string {
	f.Digest = ""
	return provision.DigestOf(f)
}

// Write writes f as JSON, with its format and its digest.
func Write(w io.Writer, f File) error {
	f.Format = Format
	f.Digest = f.digest()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return fmt.Errorf("plan file: %w", err)
	}
	return nil
}

// Read reads a plan file. It fails on another format, on a digest that
// does not fit, and on a plan that no program of this project could have
// written. The digest finds accidents and careless edits; what was forged with
// care is found by [File.CheckFresh], which must be asked before the plan is
// carried out.
func Read(r io.Reader) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("plan file: longer than %d bytes", maxFile)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("plan file: not JSON: %w", err)
	}
	if head.Format != Format {
		return nil, fmt.Errorf("plan file: the format is %q, not %q", head.Format, Format)
	}
	var f File
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
func (f *File) check() error {
	a, err := provision.NewAddresses(f.Plan.Service)
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
		case !c.Action.Known():
			return fmt.Errorf("room %q: %q is not an action", c.Room.Name, c.Action)
		case c.Room.JID != a.JID(c.Room.Name):
			return fmt.Errorf("room %q: %q is not its address", c.Room.Name, c.Room.JID)
		case i > 0 && c.Room.Name == f.Plan.Changes[i-1].Room.Name:
			return fmt.Errorf("room %q: there are two changes of it", c.Room.Name)
		}
		if c.Action.Changes() && c.Action != provision.Adopt && c.Action != provision.Reopen && c.Action != provision.Archive {
			if why := provision.CheckName(c.Room.Name); why != "" {
				return &provision.NameError{Name: c.Room.Name, Why: why}
			}
		}
		if err := checkFields(c); err != nil {
			return err
		}
		if c.Action == provision.Unknown && c.Reason != "" {
			f.Plan.Changes[i].Err = errors.New(c.Reason)
		}
	}
	return nil
}

// checkFields says which field of a change does not lead to its room's
// settings.
func checkFields(c provision.Change) error {
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
