package frontdesk_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/frontdesk"
)

// nasty is what a person may have written anywhere.
const nasty = `evil: <img src="x"> & <b>bold</b>`

var (
	firstWord = regexp.MustCompile(`^[\pL\pN_-]+:`)
	nodeForm  = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// checkForm holds a form against the rules that clients impose.
func checkForm(t *testing.T, where string, a frontdesk.Answer) {
	t.Helper()
	f := a.Form
	if f == nil {
		t.Errorf("%s: no form", where)
		return
	}
	if f.Title == "" || len(f.Fields) == 0 {
		t.Fatalf("%s: a form without a title or fields", where)
	}
	first := f.Fields[0]
	switch a.Status {
	case frontdesk.Asking:
		if first.Name != "say" || first.Type != frontdesk.Fixed || first.Value == "" || f.Instructions == "" {
			t.Errorf("%s: W2: the form begins with %+v, instructions %q", where, first, f.Instructions)
		}
		if a.Failed && (first.Value != a.Say || !strings.HasPrefix(a.Say, "Not done. ")) {
			t.Errorf("%s: W2: the error is %q in the note and %q in the form", where, a.Say, first.Value)
		}
	case frontdesk.Completed:
		if first.Name != "Outcome" || first.Value != a.Say || a.Say == "" {
			t.Errorf("%s: W6: the results begin with %+v, the note is %q", where, first, a.Say)
		}
		if !strings.HasPrefix(a.Say, "Done. ") && !strings.HasPrefix(a.Say, "Waiting. ") && !strings.HasPrefix(a.Say, "Not done. ") {
			t.Errorf("%s: W6: the note is %q", where, a.Say)
		}
		if a.Failed != strings.HasPrefix(a.Say, "Not done. ") {
			t.Errorf("%s: failed is %t, and the note %q", where, a.Failed, a.Say)
		}
	default:
		t.Errorf("%s: status %q", where, a.Status)
	}
	seen := map[string]bool{}
	for _, field := range f.Fields {
		checkField(t, where, a.Status, field)
		if field.Name == "" || seen[field.Name] {
			t.Errorf("%s: the field %q has no name of its own", where, field.Name)
		}
		seen[field.Name] = true
	}
	for _, text := range []string{f.Title, f.Instructions, a.Say} {
		if strings.ContainsAny(text, "<>&\n\r") {
			t.Errorf("%s: rule 0.5: markup in %q", where, text)
		}
	}
}

func checkField(t *testing.T, where string, status frontdesk.Status, f frontdesk.Field) {
	t.Helper()
	where += ", field " + f.Name
	if len(f.Label) > 30 || strings.ContainsAny(f.Label, "<>&\n") {
		t.Errorf("%s: W2: label %q", where, f.Label)
	}
	if strings.ContainsAny(f.Value, "\n\r") {
		t.Errorf("%s: the value has more than a line: %q", where, f.Value)
	}
	switch f.Type {
	case frontdesk.Fixed:
		if f.Label != "" || f.Value == "" || strings.ContainsAny(f.Value, "<>&") || firstWord.MatchString(f.Value) {
			t.Errorf("%s: W3: fixed %q, label %q", where, f.Value, f.Label)
		}
	case frontdesk.TextSingle:
		if f.Label == "" {
			t.Errorf("%s: no label", where)
		}
		address := f.Name == "join" || f.Name == "log" // these are to become links
		if status == frontdesk.Completed && (firstWord.MatchString(f.Value) && !address || f.Value == "") {
			t.Errorf("%s: W6: the value is %q", where, f.Value)
		}
	case frontdesk.ListSingle:
		if !slices.ContainsFunc(f.Options, func(o frontdesk.Option) bool { return o.Value == f.Value }) || f.Label == "" {
			t.Errorf("%s: W4: the value %q is none of %+v", where, f.Value, f.Options)
		}
	case frontdesk.JIDSingle:
		if status != frontdesk.Completed {
			t.Errorf("%s: W4: jid-single in a stage", where)
		}
	case frontdesk.Hidden:
	default:
		t.Errorf("%s: W4: type %q", where, f.Type)
	}
}

// shape returns the names and types of a form's fields.
func shape(a frontdesk.Answer) []string {
	var all []string
	for _, f := range a.Form.Fields {
		all = append(all, f.Name+" "+string(f.Type))
	}
	return all
}

// checkNext holds a stage against the one before.
func checkNext(t *testing.T, where string, before, after frontdesk.Answer) {
	t.Helper()
	for i := range min(len(before.Form.Fields), len(after.Form.Fields)) {
		if isInput(before.Form.Fields[i]) && isInput(after.Form.Fields[i]) {
			t.Errorf("%s: rule 0.4: field %d is an input before and after", where, i)
		}
	}
}

func isInput(f frontdesk.Field) bool { return f.Type != frontdesk.Fixed && f.Type != frontdesk.Hidden }

// walkCases go through every stage of every command.
func walkCases() map[string]struct {
	jid, node string
	wrong     map[string]string // a submission of the first stage that is refused; nil for none
	stages    []map[string]string
	last      string // how the note begins
} {
	room := values("group", "quic", "suffix", "dt", "title", nasty, "purpose", nasty, "until", "2026-12-24")
	noTitle := values("group", "quic", "suffix", "dt", "title", "")
	return map[string]struct {
		jid, node string
		wrong     map[string]string
		stages    []map[string]string
		last      string
	}{
		"rooms":                 {eve, "rooms", nil, nil, "Done. "},
		"request-room":          {alice, "request-room", noTitle, []map[string]string{room, nil}, "Done. "},
		"request-room waits":    {bob, "request-room", nil, []map[string]string{values("group", "-", "suffix", "corridor", "title", nasty), nil}, "Waiting. "},
		"request-room stranger": {eve, "request-room", nil, nil, "Not done. "},
		"request-room unlinked": {dave, "request-room", nil, nil, "Not done. "},
		"my-requests":           {"nasty@example.org", "my-requests", nil, nil, "Done. "},
		"my-requests of none":   {bob, "my-requests", nil, nil, "Not done. "},
		"change-request": {"nasty@example.org", "change-request", values("do", "extend", "until", "soon"),
			[]map[string]string{values("do", "withdraw"), nil}, "Done. "},
		"change-request extend":         {alice, "change-request", values("until", "2026-12-01"), []map[string]string{values("until", "2027-01-01"), nil}, "Done. "},
		"change-request extend too far": {alice, "change-request", nil, []map[string]string{values("until", "2028-01-01"), nil}, "Waiting. "},
		"review approve":                {amy, "review", values("request", "99"), []map[string]string{nil, values("do", "approve")}, "Done. "},
		"review deny":                   {amy, "review", nil, []map[string]string{nil, values("do", "deny", "reason", nasty)}, "Done. "},
		"review of others":              {alice, "review", nil, nil, "Not done. "},
		"all-requests":                  {amy, "all-requests", values("state", "none"), []map[string]string{values("state", "all")}, "Done. "},
		"link by profile":               {dave, "link", values("do", "perhaps"), []map[string]string{values("do", "yes")}, "Done. "},
		"link by profile, no":           {dave, "link", nil, []map[string]string{values("do", "no")}, "Not done. "},
		"link by mail, no code": {amy, "link", values("email", "nobody"), []map[string]string{values("email", "carol@mail.example"), values("code", "x"),
			values("code", "x"), values("code", "x"), values("code", "x"), values("code", "x")}, "Not done. "},
		"linked already": {bob, "link", nil, nil, "Done. "},
	}
}

// walkWorld has requests of every kind, with texts as people write them.
func walkWorld(t *testing.T) *world {
	w := newWorld(t)
	w.profile(8, "XMPP:Dave@example.org?message")
	open := sample("quic-open")
	open.Title = nasty
	w.open(open)
	long := sample("quic-" + strings.Repeat("long", 14))
	long.JID, long.Person, long.Title, long.Purpose, long.Reason = "nasty@example.org", 0, nasty, nasty, nasty
	w.add(long, false)
	return w
}

// TestForms walks every stage of every command, and holds each form against the
// rules W1 to W6 and those of section 0.
func TestForms(t *testing.T) {
	t.Parallel()
	nodes := map[string]bool{}
	for name, c := range walkCases() {
		nodes[c.node] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walkWorld(t)
			a := w.run(c.jid, frontdesk.Step{Node: c.node})
			checkForm(t, "first", a)
			if c.wrong != nil {
				again := w.run(c.jid, frontdesk.Step{Node: c.node, Session: a.Session, Values: c.wrong})
				checkForm(t, "first again", again)
				if diff := cmp.Diff(shape(a), shape(again)); diff != "" || !again.Failed {
					t.Errorf("shown again with an error: failed %t, other fields:\n%s", again.Failed, diff)
				}
			}
			for i, v := range c.stages {
				if a.Status != frontdesk.Asking || a.Session == "" || a.Back != (i > 0) {
					t.Fatalf("stage %d: %+v", i, a)
				}
				next := w.run(c.jid, frontdesk.Step{Node: c.node, Session: a.Session, Values: v})
				if next.Session != a.Session {
					t.Errorf("stage %d: the session changes", i+1)
				}
				checkForm(t, fmt.Sprintf("stage %d", i+1), next)
				if diff := cmp.Diff(shape(a), shape(next)); next.Failed && next.Status == frontdesk.Asking && diff != "" {
					t.Errorf("stage %d: an error changes the fields:\n%s", i+1, diff)
				}
				if next.Status == frontdesk.Asking && !next.Failed {
					checkNext(t, fmt.Sprintf("stage %d", i+1), a, next)
				}
				if a.Last != (next.Status == frontdesk.Completed) && !next.Failed {
					t.Errorf("stage %d: last is %t, and then %s", i, a.Last, next.Status)
				}
				a = next
			}
			if a.Status != frontdesk.Completed || !strings.HasPrefix(a.Say, c.last) {
				t.Errorf("it ends %s with %q, not %q", a.Status, a.Say, c.last)
			}
		})
	}
	w := newWorld(t)
	w.live("quic-dt")
	for _, jid := range []string{alice, amy} {
		for _, o := range w.desk.Offers(context.Background(), frontdesk.Caller{JID: jid}, noon) {
			if !nodes[o.Node] || !nodeForm.MatchString(o.Node) || o.Name == "" {
				t.Errorf("W1: the command %+v, walked: %t", o, nodes[o.Node])
			}
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		jid    string
		change func(*world)
		want   string
	}{
		"a chair":             {alice, nil, "request-room rooms link"},
		"a chair with a room": {alice, func(w *world) { w.live("quic-dt") }, "request-room my-requests change-request rooms link"},
		"a chair whose room ended": {alice, func(w *world) {
			if _, err := w.store.Withdraw(context.Background(), w.add(sample("quic-dt"), false).ID, alice, noon); err != nil {
				t.Error(err)
			}
		}, "request-room my-requests rooms link"},
		"a local person":            {dave, nil, "rooms link"},
		"a local person, open":      {dave, func(w *world) { w.cfg.OpenToLocal = true; w.restart() }, "request-room rooms link"},
		"a stranger":                {eve, nil, "rooms"},
		"a stranger, open":          {eve, func(w *world) { w.cfg.OpenToLocal = true; w.restart() }, "rooms"},
		"a stranger, trusted":       {eve, func(w *world) { w.cfg.Remote = true; w.restart() }, "rooms link"},
		"the secretariat":           {amy, nil, "rooms link review all-requests"},
		"a look-alike":              {"amy@example.org.evil.example", nil, "rooms"},
		"another look-alike":        {"\u0430my@example.org", nil, "rooms link"},
		"the secretariat elsewhere": {eve, func(w *world) { w.cfg.Secretariat = []string{eve}; w.restart() }, "rooms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.change != nil {
				c.change(w)
			}
			var nodes []string
			for _, o := range w.desk.Offers(context.Background(), frontdesk.Caller{JID: c.jid}, noon) {
				nodes = append(nodes, o.Node)
			}
			if got := strings.Join(nodes, " "); got != c.want {
				t.Errorf("offers %s, not %s", got, c.want)
			}
		})
	}
}
