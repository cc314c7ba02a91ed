package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Format is the format of a plan file.
const Format = "muster-plan/2"

// maxFile is the size in bytes up to which a plan file is read: a plan of
// 10,000 rooms has about a third of it.
const maxFile = 64 << 20

// File is a plan that was saved, to be reviewed and carried out later.
type File struct {
	Format  string `json:"format"`
	Version string `json:"version"` // of the program
	// Account is the bare JID that is to carry out the plan.
	Account string `json:"account"`
	// Meetings are the meetings as they were requested.
	Meetings []string `json:"meetings"`
	// Options are those that the plan was made with, and AllowArchive how many
	// rooms it was allowed to archive.
	Options      Options `json:"options"`
	AllowArchive int     `json:"allow_archive,omitempty"`
	// Agendas are the agendas and the list of groups that the plan was made
	// from.
	Agendas []want.SourceDigest `json:"agendas"`
	// Configuration is the digest of the rules, and of what else of the
	// configuration the caller counts in.
	Configuration string `json:"configuration"`
	// Plan is the plan. Its Created is the time that was given to [want.Derive], and
	// must be given to it again when the plan is checked.
	Plan Plan `json:"plan"`
	// Digest is a digest of all of the above; [Write] sets it.
	Digest string `json:"digest"`
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
// written. The digest detects accidental edits only; call [File.CheckFresh]
// before applying.
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

// check returns what in the file could not have come from a plan.
func (f *File) check() error {
	a, err := provision.NewAddresses(f.Plan.Service)
	if err != nil {
		return err
	}
	if _, err := ParsePolicy(string(f.Plan.Policy)); err != nil {
		return err
	}
	if !slices.IsSortedFunc(f.Plan.Rows, byRoom) {
		return errors.New("the rooms are not sorted by name")
	}
	for i, r := range f.Plan.Rows {
		if i > 0 && r.Found.Name == f.Plan.Rows[i-1].Found.Name {
			return fmt.Errorf("room %q is in it twice", r.Found.Name)
		}
		if err := r.check(a); err != nil {
			return fmt.Errorf("room %q: %w", r.Found.Name, err)
		}
	}
	return nil
}

// check returns what in a row could not have come from a plan.
func (r Row) check(a provision.Addresses) error {
	name := r.Found.Name
	switch {
	case r.Action != "" && r.Action != provision.Unchanged && !r.Action.Known():
		return fmt.Errorf("%q is not an action", r.Action)
	case r.JID != a.JID(name) || r.Planned() && r.Wanted != nil && r.Wanted.JID != r.JID:
		return fmt.Errorf("%q is not its address", r.JID)
	case r.Wanted != nil && r.Wanted.Name != name:
		return fmt.Errorf("the room wanted is %q", r.Wanted.Name)
	case r.Action == "":
		return nil
	case r.Wanted == nil && r.Action != provision.Unknown:
		return fmt.Errorf("%s of a room that is not known", r.Action)
	case r.Action == provision.Create || r.Action == provision.Update:
		if why := provision.CheckName(name); why != "" {
			return errors.New(why)
		}
	}
	return r.checkFields()
}

// checkFields returns which field of a row does not lead to the settings of the
// room that is wanted.
func (r Row) checkFields() error {
	if r.Wanted == nil {
		return nil
	}
	for _, field := range r.Fields {
		if value, ok := r.Wanted.Settings[field.Name]; !ok || value != field.To {
			return fmt.Errorf("the change of %s does not lead to the wanted settings", field.Name)
		}
	}
	if r.Wanted.Settings[xmppadmin.Password] != "" {
		return errors.New("rooms have no password")
	}
	return nil
}

func byRoom(a, b Row) int { return strings.Compare(a.Found.Name, b.Found.Name) }
