package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// captured is a console and what it wrote.
type captured struct {
	*Console
	out, err bytes.Buffer
}

// capture returns a console that gives each error the length of its text as
// the status, and a hint of its own.
func capture(in io.Reader, o Options) *captured {
	c := &captured{}
	describe := func(err error) (int, string) {
		return len(err.Error()), "hint of " + err.Error()
	}
	c.Console = New(Streams{In: in, Out: &c.out, Err: &c.err, Getenv: func(string) string { return "" }}, "1.2.3", describe)
	c.Options = o
	return c
}

func TestErrorsEachHaveTheirCode(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: JSON})
	c.Fatal(errors.New("a"), errors.New("bb"))
	c.Finish(true)
	want := `{"type":"version","format":"muster/1","version":"1.2.3"}
{"type":"error","code":1,"message":"a","hint":"hint of a"}
{"type":"error","code":2,"message":"bb","hint":"hint of bb"}
{"type":"summary","wanted":0,"create":0,"update":0,"archive":0,"reopen":0,"adopt":0,"unchanged":0,` +
		`"conflict":0,"unknown":0,"withheld":0,"failed":0,"skipped":0,"refused":0}
`
	if c.out.String() != want {
		t.Errorf("standard output is\n%s", c.out.String())
	}
	if want := "muster: error: a\nmuster: hint: hint of a\nmuster: error: bb\nmuster: hint: hint of bb\n"; c.err.String() != want {
		t.Errorf("standard error is\n%s", c.err.String())
	}
}

func TestHintIsNotRepeated(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: Text})
	c.Error(errors.New("a"))
	c.Error(errors.New("a"))
	c.Fatal(errors.New("a"))
	want := "muster: error: a\nmuster: hint: hint of a\nmuster: error: a\nmuster: error: a\nmuster: hint: hint of a\n"
	if c.err.String() != want {
		t.Errorf("standard error is\n%s", c.err.String())
	}
}

func TestQuietStillShowsErrors(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: Text, Quiet: true})
	c.Warn("w")
	c.Note("n")
	c.Error(errors.New("e"))
	if got := c.err.String(); got != "muster: error: e\nmuster: hint: hint of e\n" {
		t.Errorf("standard error is\n%s", got)
	}
}

func TestErrorIsOneLine(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: Text})
	c.Error(errors.Join(errors.New("a"), errors.New("b\x1b[2J")))
	if got, _, _ := strings.Cut(c.err.String(), "\n"); got != `muster: error: a; b\x1b[2J` {
		t.Errorf("the error is shown as %q", got)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFailureToWriteIsKept(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: Text})
	c.Console.out.w = brokenPipe{}
	c.Result("a")
	c.Result("b")
	if err := c.WriteError(); err == nil || err.Error() != "standard output: no space left on device" {
		t.Errorf("the error is %v", err)
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{"yes\n": true, " yes \n": true, "yes": true, "y\n": false, "YES\n": false, "\n": false, "": false} {
		t.Run(fmt.Sprintf("%q", answer), func(t *testing.T) {
			t.Parallel()
			c := capture(strings.NewReader(answer), Options{Format: Text})
			got, err := c.Confirm(t.Context(), "Make these changes?")
			if got != want || err != nil {
				t.Errorf("%q is %t, %v", answer, got, err)
			}
			if c.err.String() != `Make these changes? Type "yes" to continue: ` {
				t.Errorf("the question is %q", c.err.String())
			}
		})
	}
}

func TestConfirmEndsWithItsContext(t *testing.T) {
	t.Parallel()
	in, never := io.Pipe() // a terminal at which no key is pressed
	defer never.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := capture(in, Options{Format: Text})
	if yes, err := c.Confirm(ctx, "Sure?"); yes || !errors.Is(err, context.Canceled) {
		t.Errorf("the answer is %t, %v", yes, err)
	}
}

// applied is an apply with these results.
func applied(results ...apply.Result) apply.Outcome {
	a := apply.Outcome{Results: results}
	for _, r := range results {
		switch {
		case r.Status == apply.Failed:
			a.Counts.Failed++
		case r.Action == provision.Update:
			a.Counts.Update++
		case r.Action == provision.Conflict:
			a.Counts.Conflict++
		}
	}
	return a
}

func TestChangesReport(t *testing.T) {
	t.Parallel()
	room := provision.Room{Name: "quic"}
	update := provision.Change{Action: provision.Update, Room: room, Fields: []provision.Field{{Name: xmppadmin.Title}}}
	run := Run{Warnings: []string{"w", "n"}, News: []string{"n"}}
	cases := []struct {
		name        string
		applied     apply.Outcome
		out, errOut string
	}{
		{"nothing changed", applied(), "", "muster: warning: n\n"},
		{"a conflict that stays", applied(apply.Result{Change: provision.Change{Action: provision.Conflict, Room: room},
			Status: apply.Skipped}), "", "muster: warning: n\n"},
		{"a change", applied(apply.Result{Change: update, Status: apply.Done}),
			"1 updated, 0 archived, 0 reopened, 0 unchanged, 0 in conflict, 0 unknown, 0 failed\n  update quic: title\n", "muster: warning: n\n"},
		{"a failure", applied(apply.Result{Change: update, Status: apply.Failed, Err: errors.New("e")}),
			", 1 failed\n", "muster: warning: n\nmuster: error: e\nmuster: hint: hint of e\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := capture(nil, Options{Format: Text})
			report := c.ChangesReport()
			report.Before(run)
			report.After(run, tc.applied, []string{"n"})
			if !strings.HasSuffix(c.out.String(), tc.out) || tc.out == "" && c.out.Len() > 0 {
				t.Errorf("standard output is %q", c.out.String())
			}
			if c.err.String() != tc.errOut {
				t.Errorf("standard error is %q", c.err.String())
			}
		})
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"ROOM", "STATE"}, {"a|b", ""}, {"日本", "x\x1b[2J"}, {"[a](b)", "`c` <d> *e* \\"}}
	cases := []struct{ format, want string }{
		{Text, "ROOM    STATE\na|b     -\n日本    x\\x1b[2J\n[a](b)  `c` <d> *e* \\\n"},
		{Markdown, "| ROOM | STATE |\n| --- | --- |\n| a\\|b | |\n| 日本 | x\\x1b\\[2J |\n| \\[a](b) | \\`c\\` &lt;d> \\*e\\* \\\\ |\n"},
	}
	for _, tc := range cases {
		t.Run(tc.format, func(t *testing.T) {
			t.Parallel()
			c := capture(nil, Options{Format: tc.format})
			c.table(rows)
			if c.out.String() != tc.want {
				t.Errorf("the table is\n%s", c.out.String())
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		width      int
		want       string
	}{
		{"no limit", "quic  live  QUIC", 0, "quic  live  QUIC"},
		{"it fits", "quic  live", 10, "quic  live"},
		{"one too wide", "quic  live", 9, "quic  li…"},
		{"cut at a gap", "quic  live", 7, "quic…"},
		{"wide characters", "日本語", 5, "日本…"},
		{"half a wide character", "日本語", 4, "日…"},
		{"an emoji of several", "a👩\u200d💻bc", 4, "a👩\u200d💻…"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := cut(c.text, c.width); got != c.want {
				t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
			}
		})
	}
}

// updates returns changes of one setting for rooms with these names.
func updates(field provision.Field, names ...string) []plan.Row {
	var rows []plan.Row
	for _, n := range names {
		rows = append(rows, plan.Row{
			Action: provision.Update, Found: xmppadmin.Room{Name: n, State: xmppadmin.Exists}, Fields: []provision.Field{field},
		})
	}
	return rows
}

func TestPlanText(t *testing.T) {
	t.Parallel()
	public := provision.Field{Name: xmppadmin.Public, From: "false", To: "true"}
	two := updates(public, "6lo", "quic")
	many := updates(public, "6lo", "cfrg", "jwp", "quic", "tls")
	cases := []struct {
		name string
		plan plan.Plan
		hand provision.Action
		want string
	}{
		{"each of two rooms by itself", plan.Plan{Rows: two, Counts: provision.Counts{Wanted: 2, Update: 2}}, "",
			"~ update   6lo\n      public: \"false\" -> \"true\"\n~ update   quic\n      public: \"false\" -> \"true\"\n\n" +
				"plan: 2 wanted: 0 to create, 2 to update, 0 to archive, 0 to reopen, 0 unchanged, 0 in conflict, 0 unknown\n"},
		{"once what five have in common", plan.Plan{Rows: many, Counts: provision.Counts{Wanted: 5, Update: 5}}, "",
			"~ update   6lo\n~ update   cfrg\n~ update   jwp\n~ update   quic\n~ update   tls\n" +
				"      6lo, cfrg, jwp and 2 more: public: \"false\" -> \"true\"\n\n" +
				"plan: 5 wanted: 0 to create, 5 to update, 0 to archive, 0 to reopen, 0 unchanged, 0 in conflict, 0 unknown\n"},
		{"nothing to do", plan.Plan{Counts: provision.Counts{Wanted: 7, Unchanged: 7}}, "",
			"nothing to do: 7 rooms as wanted\nplan: 7 wanted: "},
		{"nothing but a conflict", plan.Plan{Counts: provision.Counts{Wanted: 7, Unchanged: 6, Conflict: 1}}, "",
			"nothing to do; 1 room in conflict left alone\nplan: "},
		{"nothing by the limits", plan.Plan{Policy: plan.Sync, Counts: provision.Counts{Withheld: 1}}, "",
			"nothing to do; 1 change held back for later runs\nplan: "},
		{"nothing by this policy", plan.Plan{Policy: plan.UpsertOnly, Counts: provision.Counts{Withheld: 2}}, "",
			"nothing to do; 2 changes held back by the policy upsert-only\nplan: "},
		{"by hand", plan.Plan{LeftOut: 9, Unmanaged: 3, Counts: provision.Counts{Archive: 1}}, provision.Archive, "\nplan: 1 to archive, 0 unknown\n"},
		{"nothing by hand", plan.Plan{LeftOut: 9}, provision.Reopen, "nothing to do\nplan: 0 to reopen, 0 unknown\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := capture(nil, Options{Format: Text})
			c.Plan(Plan{Plan: tc.plan, ByHand: tc.hand})
			if !strings.Contains(c.out.String(), tc.want) || strings.Contains(c.out.String(), "left out") {
				t.Errorf("the plan is\n%s", c.out.String())
			}
		})
	}
}

func TestWarningsAreCounted(t *testing.T) {
	t.Parallel()
	c := capture(nil, Options{Format: Text})
	c.Warn("a")
	c.Warn("b")
	c.Plan(Plan{})
	if !strings.Contains(c.out.String(), "\n2 warnings on standard error\n\nnothing to do\nplan: ") {
		t.Errorf("the plan is\n%s", c.out.String())
	}
	j := capture(nil, Options{Format: JSON, Quiet: true})
	j.Warn("a")
	if !strings.HasSuffix(j.out.String(), "\n{\"type\":\"warning\",\"message\":\"a\"}\n") || j.err.Len() > 0 {
		t.Errorf("the records are\n%s", j.out.String())
	}
}

func TestSameFailureIsShownOnce(t *testing.T) {
	t.Parallel()
	var results []apply.Result
	for _, name := range []string{"6lo", "cfrg", "jwp", "quic", "tls"} {
		err := fmt.Errorf("room %q: no archive", name)
		if name == "jwp" {
			err = fmt.Errorf("room %q: forbidden", name)
		}
		results = append(results, apply.Result{Status: apply.Failed, Err: err,
			Change: provision.Change{Action: provision.Update, Room: provision.Room{Name: name}}})
	}
	c := capture(nil, Options{Format: Text})
	c.failures(apply.Outcome{Results: results})
	var got []string
	for line := range strings.Lines(c.err.String()) {
		if strings.HasPrefix(line, "muster: error: ") {
			got = append(got, strings.TrimPrefix(line, "muster: error: "))
		}
	}
	want := []string{"room \"6lo\": no archive (also cfrg, quic, tls)\n", "room \"jwp\": forbidden\n"}
	if !slices.Equal(got, want) {
		t.Errorf("the errors are %q", got)
	}
}

func TestColour(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		options Options
		want    string
	}{
		{Options{Format: Text, Color: ColorAlways, Quiet: true}, "\x1b[33m~ update  \x1b[0m quic\n"},
		{Options{Format: Text, Color: ColorAuto}, "\n~ update   quic\n"},
		{Options{Format: Text, Color: ColorNever}, "\n~ update   quic\n"},
	} {
		c := capture(nil, tc.options)
		c.Plan(Plan{Plan: plan.Plan{Rows: updates(provision.Field{}, "quic")}})
		if !strings.Contains(c.out.String(), tc.want) {
			t.Errorf("with --color %s the plan is\n%q", tc.options.Color, c.out.String())
		}
	}
}
