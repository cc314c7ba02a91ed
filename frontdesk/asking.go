package frontdesk

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/provision"
)

// noGroup is the choice of a room that is for no group.
const noGroup = "-"

func beginRequest(_ context.Context, t *talk) ([]stage, *Answer, error) {
	var options []Option
	for _, g := range t.who.groups() {
		options = append(options, Option{Label: provision.OneLine(g.Acronym+": "+g.Name, maxInput), Value: provision.Lower(g.Acronym)})
	}
	options = append(options, Option{Label: "- (no group)", Value: noGroup})
	first := stage{
		instructions: "A room for a design team or the like. Its name begins with the acronym of the group and a hyphen. " +
			"For a room of no group, choose - and give the whole name; the secretariat decides on those.",
		say: "What is said in the room is logged and published.",
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			return []Field{
				t.choice("group", "Group", options...),
				t.input("suffix", "Name after the hyphen, as dt", ""),
				t.input("title", "Title", ""),
				t.input("purpose", "What for, one line", ""),
				t.input("until", "Open until (YYYY-MM-DD)", t.desk.defaultDay(t.now)),
			}, nil
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			r, wrong := t.requested()
			if wrong != "" {
				return nil, problem(wrong)
			}
			f, err := t.desk.open(ctx, t.desk.factsOf(ctx, t.who, r.Room))
			if err != nil {
				return nil, err
			}
			v := Decide(r, f)
			if v.Outcome == Refuses {
				return nil, problem(sentence(v.Why()))
			}
			t.values["forecast"] = forecast(v)
			return nil, nil
		},
	}
	confirm := stage{
		instructions: "Go on to make the request, or go back to change it.",
		say:          "Is this right?",
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			r, _ := t.requested()
			return []Field{
				fixed("c1", "The room is "+t.desk.addresses.JID(r.Room)),
				fixed("c2", "Its title is "+quoted(r.Title)),
				fixed("c3", "It is for "+quoted(r.Purpose)),
				fixed("c4", "It stays open until "+r.Until),
				fixed("c5", t.value("forecast")),
			}, nil
		},
		submit: submitRequest,
	}
	return []stage{first, confirm}, nil, nil
}

// quoted returns what a person wrote, as a part of a line.
func quoted(s string) string { return "“" + plain(s) + "”" }

// sentence returns a clause as a sentence.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return strings.ToUpper(clause[:1]) + strings.TrimSuffix(clause[1:], ".") + "."
}

// forecast returns what a verdict means to the requester.
func forecast(v Verdict) string {
	if v.Outcome == Approves {
		return "It will be made at once."
	}
	return plain("It waits for the secretariat, because " + v.Why() + ".")
}

// defaultDay returns the last day of a room where none is given.
func (d *Desk) defaultDay(now time.Time) string {
	return dayOf(now.UTC().AddDate(0, 0, d.cfg.DefaultDays))
}

// requested returns what is requested, or what is wrong with it, a sentence.
func (t *talk) requested() (Request, string) {
	acronym := t.value("group")
	name := provision.Lower(t.value("suffix"))
	if acronym == noGroup {
		acronym = ""
	} else if name != "" && !strings.HasPrefix(name, acronym+"-") {
		name = acronym + "-" + name
	}
	return t.desk.newRequest(newRoom{acronym, name, t.value("title"), t.value("purpose"), t.value("until")}, t.who, "session:"+t.id, t.now)
}

// newRoom is a room as it is asked for.
type newRoom struct{ acronym, name, title, purpose, until string }

// newRequest returns a request, or what is wrong with it, a sentence.
func (d *Desk) newRequest(n newRoom, v visitor, origin string, now time.Time) (Request, string) {
	r := Request{
		Origin: origin, Room: n.name, Acronym: n.acronym, JID: v.jid, Person: v.link.Person,
		Title: provision.OneLine(n.title, provision.MaxTitle), Purpose: provision.OneLine(n.purpose, provision.MaxSubject),
	}
	var ok bool
	r.Until, ok = parseDay(cmp.Or(n.until, d.defaultDay(now)), now)
	switch why := provision.CheckName(n.name); {
	case n.name == "":
		return r, "The name is missing."
	case why != "":
		return r, sentence(why)
	case r.Title == "":
		return r, "The title is missing."
	case !ok:
		return r, "The last day is no date such as 2026-12-24."
	}
	r.Purpose = cmp.Or(r.Purpose, r.Title)
	return r, ""
}

// parseDay reads a day, YYYY-MM-DD or +30d for 30 days from now.
func parseDay(s string, now time.Time) (string, bool) {
	if days, ok := strings.CutPrefix(s, "+"); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(days, "d"))
		if err != nil || n < 0 || n > 10000 || !strings.HasSuffix(days, "d") {
			return s, false
		}
		return dayOf(now.UTC().AddDate(0, 0, n)), true
	}
	return s, !endOf(s).IsZero() && len(s) == len(time.DateOnly)
}

func submitRequest(ctx context.Context, t *talk) (*Answer, error) {
	r, wrong := t.requested()
	if wrong != "" {
		return t.refuse(wrong), nil
	}
	a, err := t.desk.ask(ctx, t.who, r, t.now)
	if err != nil {
		return nil, err
	}
	say := t.desk.askedText(a)
	if strings.HasPrefix(say, notDone) {
		return t.result(say, true), nil
	}
	return t.result(say, false, t.desk.roomFields(a)...), nil
}

// askedText returns what became of a request.
func (d *Desk) askedText(a asked) string {
	r := a.request
	switch {
	case a.verdict.Outcome == Refuses:
		return notDone + plain(sentence(a.verdict.Why()))
	case a.verdict.Outcome == Waits && r.State == Pending:
		return fmt.Sprintf("%sRequest %d waits for the secretariat, because %s.", waiting, r.ID, plain(r.Reason))
	case r.State == Live && a.made.Reopened:
		return fmt.Sprintf("%sThe room %s is open again until %s. Its history goes on.", done, r.Room, r.Until)
	case r.State == Live:
		return fmt.Sprintf("%sThe room %s is open until %s.", done, r.Room, r.Until)
	case r.State == Superseded:
		return d.supersededText(r)
	case r.State == Approved:
		return fmt.Sprintf("%sRequest %d is approved, but the room is not made yet. It is made within minutes, and you get a message.", waiting, r.ID)
	}
	return fmt.Sprintf("%sRequest %d is %s.", done, r.ID, r.State)
}

// supersededText returns that a request gave way while its room was to be made.
func (d *Desk) supersededText(r Request) string {
	return fmt.Sprintf("%sRequest %d has ended: a group, a session or a standing room has the name %s now.", notDone, r.ID, r.Room)
}

// roomFields returns the fields about a request that was made.
func (d *Desk) roomFields(a asked) []Field {
	r := a.request
	if r.ID == 0 {
		return nil
	}
	jid := d.addresses.JID(r.Room)
	fields := []Field{{Name: "room", Type: JIDSingle, Label: "Room", Value: jid}}
	if r.State == Live {
		fields = append(fields, Field{Name: "join", Type: TextSingle, Label: "Join", Value: "xmpp:" + jid + "?join"})
		if log := cmp.Or(a.made.Log, d.logOf(r.Room)); log != "" {
			fields = append(fields, Field{Name: "log", Type: TextSingle, Label: "Log", Value: log})
		}
	}
	return append(fields, Field{Name: "number", Type: TextSingle, Label: "Number", Value: strconv.FormatInt(r.ID, 10)})
}
