package main

import (
	"bytes"
	"fmt"
	"muster/provision/plan"
	"os"

	"github.com/google/renameio/v2"

	"muster/cmd/muster/internal/fileerr"
)

// fileOptions are the flags as a plan file keeps them.
func (o *planFlags) fileOptions() plan.FileOptions {
	return plan.FileOptions{
		Policy: plan.Policy(o.policy), Only: o.only, Except: o.except,
		Adopt: o.adopt, AdoptWanted: o.adoptWanted, AllowArchive: o.allowed.Archive,
	}
}

// fromFile takes the flags that a plan was made with out of its file. The
// guards' overrides that are given on the command line stay.
func (o *planFlags) fromFile(f *plan.File) {
	o.meetings = f.Meetings
	o.policy = string(f.Options.Policy)
	o.only, o.except = f.Options.Only, f.Options.Except
	o.adopt, o.adoptWanted = f.Options.Adopt, f.Options.AdoptWanted
	o.allowed.Archive = max(o.allowed.Archive, f.Options.AllowArchive)
}

// planFile puts a plan together with all that it was made from.
func (j *job) planFile(o plan.FileOptions, p plan.Plan) plan.File {
	return plan.File{
		Version: release, Account: j.config.XMPP.JID, Meetings: j.sources, Options: o,
		Agendas: j.inputs.Fingerprints(), Configuration: j.rules.Digest(), Plan: p,
	}
}

// save writes the plan to a file, wholly or not at all. A plan that looked at
// no server fits none, so it cannot be saved.
func (j *job) save(path string, o *planFlags, p plan.Plan) error {
	if j.service == nil {
		return fmt.Errorf("a plan made with --offline cannot be saved: it surveyed no room")
	}
	var b bytes.Buffer
	if err := plan.Write(&b, j.planFile(o.fileOptions(), p)); err != nil {
		return err
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("save the plan to %s: %w", path, fileerr.Cause(err))
	}
	return nil
}

// readPlanFile reads a saved plan.
func readPlanFile(path string) (*plan.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	defer f.Close()
	saved, err := plan.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return saved, nil
}
