package desk_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/want"
	"muster/xmppadmin"
)

// room is one room of a run: how it was found and desired, what was planned and
// what became of that.
type room struct {
	state    xmppadmin.State
	archived bool
	desired  provision.Desired
	source   provision.Source
	action   provision.Action
	status   apply.Status
}

func TestRunOf(t *testing.T) {
	t.Parallel()
	const exists, absent, unknown = xmppadmin.Exists, xmppadmin.Absent, xmppadmin.Unknown
	rooms := map[string]room{
		"created":       {absent, false, provision.Live, provision.FromRequest, provision.Create, apply.Done},
		"reopened":      {exists, true, provision.Live, provision.FromRequest, provision.Reopen, apply.Done},
		"updated":       {exists, false, provision.Live, provision.FromRequest, provision.Update, apply.Done},
		"unchanged":     {exists, false, provision.Live, provision.FromRequest, provision.Unchanged, ""},
		"not-created":   {absent, false, provision.Live, provision.FromRequest, provision.Create, apply.Failed},
		"skipped":       {absent, false, provision.Live, provision.FromRequest, provision.Create, apply.Skipped},
		"withheld":      {absent, false, provision.Live, provision.FromRequest, provision.Create, ""},
		"taken":         {exists, false, provision.Live, provision.FromRequest, provision.Conflict, ""},
		"unknown":       {unknown, false, provision.Live, provision.FromRequest, provision.Unknown, ""},
		"archived":      {exists, false, provision.Archived, provision.FromRequest, provision.Archive, apply.Done},
		"not-archived":  {exists, false, provision.Archived, provision.FromRequest, provision.Archive, apply.Failed},
		"archived-once": {exists, true, provision.Archived, provision.FromRequest, "", ""},
		"destroyed":     {absent, false, provision.Archived, provision.FromRequest, "", ""},
		"by-hand":       {exists, true, provision.Live, provision.FromRequest, "", ""},
		"by-a-group":    {absent, false, provision.Live, "", provision.Create, apply.Done},
		"by-a-session":  {exists, true, provision.LiveIfExists, "", provision.Reopen, apply.Done},
		"of-a-group":    {exists, false, provision.Live, "", provision.Update, apply.Done},
	}
	p := reconcile.Pass{Wanted: want.Wanted{Service: "rooms.example.org", Superseded: []string{"quic"}}}
	var out apply.Outcome
	for name, r := range rooms {
		w := provision.Room{Name: name, Decision: provision.Decision{Desired: r.desired, Source: r.source}, Settings: xmppadmin.Settings{xmppadmin.LogAddress: "log of " + name}}
		row := plan.Row{Found: xmppadmin.Room{Name: name, State: r.state, Archived: r.archived}, Wanted: &w, Action: r.action}
		p.Plan.Rows = append(p.Plan.Rows, row)
		if r.status != "" {
			result := apply.Result{Change: row.Change(), Status: r.status}
			if r.status != apply.Done {
				result.Err = errors.New("no")
			}
			out.Results = append(out.Results, result)
		}
	}
	got := desk.RunOf(p, out)
	for what, c := range map[string]struct{ got, want []string }{
		"live":       {slices.Sorted(maps.Keys(got.Live)), []string{"by-a-group", "by-a-session", "created", "of-a-group", "reopened", "unchanged", "updated"}},
		"failed":     {slices.Sorted(maps.Keys(got.Failed)), []string{"not-archived", "not-created", "taken", "unknown"}},
		"archived":   {slices.Sorted(slices.Values(got.Archived)), []string{"archived", "archived-once", "destroyed"}},
		"superseded": {slices.Sorted(slices.Values(got.Superseded)), []string{"by-a-group", "by-a-session", "quic"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s are %q, not %q", what, c.got, c.want)
		}
	}
	if got.Service != "rooms.example.org" || got.Live["created"] != "log of created" || got.Failed["not-created"] != "no" {
		t.Errorf("the run is %+v", got)
	}
}

// TestRequests reads what was approved, and makes no database.
func TestRequests(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	if desk.Requests(path) != nil || desk.Exists(path) {
		t.Error("without a database there are requests")
	}
	err := desk.With(path, func(store *frontdesk.Store) error {
		_, err := store.Add(t.Context(), frontdesk.Request{Room: "quic-dt", Title: "x", Until: "2026-07-31", JID: "alice@example.org"}, true, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := desk.Requests(path)(t.Context())
	end := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	if err != nil || len(got) != 1 || got[0].Room != "quic-dt" || !got[0].Until.Equal(end) {
		t.Errorf("the requests are %+v, %v", got, err)
	}
	for _, name := range []string{"", "-wal", "-shm"} {
		if err := os.WriteFile(path+name, []byte("not a database, but longer than a header would be"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := desk.Requests(path)(t.Context()); err == nil {
		t.Errorf("a damaged database has the requests %+v", got)
	}
}
