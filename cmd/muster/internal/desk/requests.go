package desk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"muster/frontdesk"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Exists reports whether there is a database at a path. One that cannot be seen is
// taken as one that there is.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Requests returns what reads the approved requests of the database at a path, for
// a run; nil where there is none. It makes no database.
func Requests(path string) func(ctx context.Context) ([]want.Request, error) {
	if !Exists(path) {
		return nil
	}
	return func(ctx context.Context) (requests []want.Request, err error) {
		err = With(path, func(store *frontdesk.Store) error {
			requests, err = store.Approved(ctx)
			return err
		})
		return requests, err
	}
}

// With opens the database at a path, and makes it where there is none, for as long
// as do runs.
func With(path string, do func(*frontdesk.Store) error) error {
	store, err := frontdesk.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}

// RunOf returns what a pass found of rooms, and what its apply did to them, for
// [frontdesk.Store.Settle].
func RunOf(p reconcile.Pass, out apply.Outcome) frontdesk.Run {
	run := frontdesk.Run{
		Live: make(map[string]string), Failed: make(map[string]string),
		Superseded: slices.Clone(p.Wanted.Superseded), Service: p.Wanted.Service,
	}
	results := make(map[string]apply.Result)
	for _, result := range out.Results {
		results[result.Room.Name] = result
	}
	for _, row := range p.Plan.Rows {
		settle(&run, row, results[row.Found.Name])
	}
	return run
}

// opened reports whether a room was made, reopened or adopted.
func opened(result apply.Result) bool {
	return result.Status == apply.Done && slices.Contains([]provision.Action{provision.Create, provision.Reopen, provision.Adopt}, result.Action)
}

// settle adds one room to a run.
func settle(run *frontdesk.Run, row plan.Row, result apply.Result) {
	name, log := row.Found.Name, row.Found.Settings[xmppadmin.LogAddress]
	if row.Wanted != nil && row.Wanted.Settings[xmppadmin.LogAddress] != "" {
		log = row.Wanted.Settings[xmppadmin.LogAddress]
	}
	if row.Wanted != nil && row.Wanted.Decision.Desired.Wanted() && !byRequest(row.Wanted.Decision) && opened(result) {
		run.Superseded = append(run.Superseded, name) // requests that wait were no part of the run
	}
	over := row.Wanted != nil && row.Wanted.Decision.Desired.Over()
	switch {
	case result.Status == apply.Done && result.Action == provision.Archive,
		result.Status == "" && over && (row.Found.Archived || row.Found.State == xmppadmin.Absent):
		run.Archived = append(run.Archived, name)
	case result.Status == apply.Done, row.Action == provision.Unchanged:
		run.Live[name] = log
	case row.Action == provision.Conflict:
		run.Failed[name] = "the room exists, and belongs to another account"
	case result.Status == apply.Failed && result.Err != nil:
		run.Failed[name] = result.Err.Error()
	case row.Action == provision.Unknown:
		run.Failed[name] = fmt.Sprintf("the room could not be surveyed: %v", row.Found.Err)
	}
}
