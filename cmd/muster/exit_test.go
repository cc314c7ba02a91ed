package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"muster/agenda"
	"muster/cmd/muster/internal/config"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/state"
	"muster/provision/want"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	guard := &plan.GuardError{Guard: "archives", Message: "too many"}
	cases := []struct {
		name string
		err  error
		want exitCode
	}{
		{"nothing wrong", nil, 0},
		{"any error", errors.New("x"), 1},
		{"wrong usage", &usageError{err: errors.New("x"), command: "muster plan"}, 1},
		{"configuration", &config.Error{Path: "muster.toml", Err: fs.ErrNotExist}, 1},
		{"no room of that name", &plan.UnmatchedError{Names: []string{"quik"}}, 1},
		{"two claim one name", &want.CollisionError{Name: "quic"}, 1},
		{"a room that is absent", &absentError{name: "quic"}, 1},
		{"a plan with changes", &statusError{code: exitChanges}, 2},
		{"a room failed", &statusError{code: exitIncomplete}, 3},
		{"a room failed for want of rights", &statusError{code: exitIncomplete, err: xmppadmin.ErrForbidden}, 3},
		{"a guard", guard, 4},
		{"several guards", refused([]*plan.GuardError{guard, guard}), 4},
		{"a plan that no longer fits", &plan.StalePlanError{Configuration: true}, 4},
		{"locked", list(&state.LockedError{Path: "state/lock"}, nil), 5},
		{"datatracker down, a copy in hand", &reconcile.OutageError{Outage: agenda.Outage{Cause: "x", URLs: []string{"y"}}}, 6},
		{"datatracker unreachable", &agenda.Error{Err: errors.New("x")}, 6},
		{"datatracker unusable", fmt.Errorf("current meeting: %w", &agenda.Error{Status: 200, Err: errors.New("x")}), 6},
		{"no such meeting", fmt.Errorf("a: %w; and %w", errors.New("x"), &agenda.Error{Status: 404, Err: errors.New("x")}), 6},
		{"service unreachable", fmt.Errorf("apply stopped: %w", xmppadmin.ErrUnavailable), 7},
		{"login refused", &session.ConnectError{Step: "log in as", On: "muster@example.org", Err: errors.New("x")}, 7},
		{"rights refused", fmt.Errorf("apply stopped: %w", xmppadmin.ErrForbidden), 7},
		{"stream lost", fmt.Errorf("x: %w", xmppadmin.ErrInterrupted), 7},
		{"interrupted", &statusError{code: exitInterrupted, err: errors.New("interrupted")}, 130},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), 130},
		{"cancelled while the datatracker was asked", &agenda.Error{Err: context.Canceled}, 130},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := codeOf(c.err); got != c.want {
				t.Errorf("codeOf(%v) = %d, want %d", c.err, got, c.want)
			}
		})
	}
}

func TestCodesKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	numbers := map[exitCode]int{
		exitOK: 0, exitError: 1, exitChanges: 2, exitIncomplete: 3, exitRefused: 4,
		exitLocked: 5, exitDatatracker: 6, exitXMPP: 7, exitInterrupted: 130,
	}
	if len(exitMeanings) != len(numbers) {
		t.Errorf("%d statuses have a meaning, not %d", len(exitMeanings), len(numbers))
	}
	for code, n := range numbers {
		if int(code) != n {
			t.Errorf("the status that was always %d is %d", n, code)
		}
		if exitMeanings[code] == "" {
			t.Errorf("status %d has no meaning", n)
		}
	}
}

func TestHintOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"none", errors.New("x"), ""},
		{"usage", &usageError{err: errors.New("x"), command: "muster plan"}, "see muster plan --help"},
		{"usage, nearly right", &usageError{err: errors.New("x"), command: "muster", meant: "muster plan"}, "did you mean muster plan? see muster --help"},
		{"configuration", &config.Error{Err: errors.New("x"), Advice: "do this"}, "do this"},
		{"datatracker", fmt.Errorf("next meeting: %w", &agenda.Error{Err: errors.New("x"), Hint: "look there"}), "look there"},
		{"moved", &plan.StalePlanError{}, "make the plan again, and review it"},
		{"locked", &state.LockedError{}, "wait for it to end, or give --lock-timeout to have this run wait"},
		{"rights", fmt.Errorf("x: %w", xmppadmin.ErrForbidden),
			"the service must allow the account xmpp.jid to create and own rooms: list it among the admins of the MUC component, on ejabberd in api_permissions and access_create"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := hintOf(c.err); got != c.want {
				t.Errorf("hintOf(%v) = %q, want %q", c.err, got, c.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), &agenda.Error{Err: errors.New("b")}
	cases := []struct {
		name  string
		err   error
		texts []string
		codes []exitCode
	}{
		{"one", a, []string{"a"}, []exitCode{exitError}},
		{"several", list(a, b), []string{"a", b.Error()}, []exitCode{exitError, exitDatatracker}},
		{"several of one status", &statusError{code: exitIncomplete, err: list(a, b)}, []string{"a", b.Error()}, []exitCode{exitIncomplete, exitIncomplete}},
		{"one of a status", &statusError{code: exitRefused, err: a}, []string{"a"}, []exitCode{exitRefused}},
		{"those of a run", reconcile.Errors{a, b}, []string{"a", b.Error()}, []exitCode{exitError, exitDatatracker}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var texts []string
			var codes []exitCode
			for _, e := range split(c.err) {
				texts, codes = append(texts, e.Error()), append(codes, codeOf(e))
			}
			if !slices.Equal(texts, c.texts) || !slices.Equal(codes, c.codes) {
				t.Errorf("split(%v) = %q with %v", c.err, texts, codes)
			}
		})
	}
}
