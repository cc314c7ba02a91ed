package frontdesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/frontdesk/store"
	"muster/provision"
)

// mostOptions is how many choices a list has.
const mostOptions = 100

func beginReview(ctx context.Context, t *talk) ([]stage, *Answer, error) {
	if all, err := t.desk.store.Requests(ctx, Filter{Waiting: true}); err != nil || len(all) == 0 {
		return nil, t.result(done+"No request waits.", false), err
	}
	first := stage{
		instructions: "The requests that wait, the oldest first.",
		say:          "Choose a request.",
		fields: func(ctx context.Context, t *talk) ([]Field, error) {
			all, err := t.desk.store.Requests(ctx, Filter{Waiting: true})
			var options []Option
			for _, r := range all[:min(len(all), mostOptions)] {
				options = append(options, requestOption(r, fmt.Sprintf(", %s, %s", t.desk.byText(t.who, r), age(t.now.Sub(r.MadeAt)))))
			}
			return []Field{t.choice("request", "Request", options...)}, err
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			r, why, err := t.desk.ownRequest(ctx, t.who, t.value("request"))
			switch {
			case err != nil:
				return nil, err
			case why != "" || !r.Waits():
				return nil, problem("That request does not wait any more.")
			case t.value("of") != t.value("request"): // another one than before
				until := r.Until
				if r.State != Pending {
					until = r.ExtendTo
				}
				for name, v := range map[string]string{"name": r.Room, "title": r.Title, "purpose": r.Purpose, "until": until, "of": t.value("request")} {
					t.values[name] = v
				}
			}
			return nil, nil
		},
	}
	return []stage{first, {
		instructions: "Name, title, purpose and day may be changed before it is approved.",
		say:          "Approve or deny it. A denial needs a reason.",
		fields:       reviewFields,
		submit:       submitReview,
	}}, nil, nil
}

// reviewFields are those of the stage that decides. No input is where the choice
// of the request was.
func reviewFields(ctx context.Context, t *talk) ([]Field, error) {
	by := "The request is gone"
	r, why, err := t.desk.ownRequest(ctx, t.who, t.value("request"))
	if why == "" && err == nil {
		by = fmt.Sprintf("Request %d by %s, %s", r.ID, t.desk.byText(t.who, r), stateText(r))
	}
	return []Field{
		fixed("by", by),
		t.input("name", "Name of the room", ""),
		t.input("title", "Title", ""),
		t.input("purpose", "What for", ""),
		t.input("until", "Open until (YYYY-MM-DD)", ""),
		t.choice("do", "Decision", Option{"Approve", "approve"}, Option{"Deny", "deny"}),
		t.input("reason", "Reason, where denied", ""),
	}, err
}

// byText returns who made a request, with the roles of that person, for the
// secretariat.
func (d *Desk) byText(v visitor, r Request) string {
	text := store.Shown(r.JID)
	if roles := roleText(r.Person, v.facts); r.Person != 0 && roles != "" {
		text += ", " + plain(roles)
	}
	return text
}

// age returns how long something waits, roughly.
func age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d min", max(0, int(d.Minutes())))
}

func submitReview(ctx context.Context, t *talk) (*Answer, error) {
	id, err := strconv.ParseInt(t.value("request"), 10, 64)
	if err != nil {
		return t.refuse("No request was chosen."), nil
	}
	var say string
	if t.value("do") == "deny" {
		say, err = t.desk.deny(ctx, id, t.value("reason"), t.who, t.now)
	} else {
		say, err = t.desk.approve(ctx, id, Amendment{
			Room: provision.Lower(t.value("name")), Title: t.value("title"), Purpose: t.value("purpose"), Until: t.value("until"),
		}, t.who, t.now)
	}
	if err != nil {
		return nil, err
	}
	return t.result(say, strings.HasPrefix(say, notDone)), nil
}

// deny denies a request that waits; a problem where there is no reason.
func (d *Desk) deny(ctx context.Context, id int64, reason string, v visitor, now time.Time) (string, error) {
	reason = provision.OneLine(reason, provision.MaxSubject)
	if reason == "" {
		return "", problem("A denial needs a reason.")
	}
	r, err := d.store.Deny(ctx, id, reason, v.jid, now)
	if err == nil {
		d.note(ctx, r)
	}
	switch {
	case errors.Is(err, ErrUnknown):
		return fmt.Sprintf("%sThere is no request %d.", notDone, id), nil
	case errors.Is(err, ErrState):
		return d.changed(ctx, id, err)
	case err != nil:
		return "", err
	case r.State == Denied:
		return fmt.Sprintf("%sRequest %d is denied.", done, id), nil
	}
	return fmt.Sprintf("%sThe extension of request %d is denied; the room stays until %s.", done, id, r.Until), nil
}

// approve approves a request that waits, as amended, and makes the room; a
// problem where the amendment cannot be.
func (d *Desk) approve(ctx context.Context, id int64, a Amendment, v visitor, now time.Time) (string, error) {
	r, err := d.store.Request(ctx, id)
	if errors.Is(err, ErrUnknown) {
		return fmt.Sprintf("%sThere is no request %d.", notDone, id), nil
	} else if err != nil {
		return "", err
	}
	if wrong := d.checkAmendment(ctx, &a, r, now); wrong != "" {
		return "", problem(wrong)
	}
	r, err = d.store.Approve(ctx, id, a, v.jid, now)
	if err == nil {
		d.note(ctx, r)
	}
	switch {
	case errors.Is(err, ErrTaken):
		return "", problem("Another open request has that name.")
	case errors.Is(err, ErrState):
		return d.changed(ctx, id, err)
	case err != nil:
		return "", err
	case r.State == Live:
		return fmt.Sprintf("%sThe room %s stays open until %s.", done, r.Room, r.Until), nil
	}
	made, failed := d.make(ctx, r, now)
	if r, err = d.store.Request(ctx, id); err != nil {
		return "", err
	}
	switch {
	case r.State == Live && made.Reopened:
		return fmt.Sprintf("%sRequest %d is approved, and the room %s is open again.", done, id, r.Room), nil
	case r.State == Live:
		return fmt.Sprintf("%sRequest %d is approved, and the room %s is open.", done, id, r.Room), nil
	case r.State == Superseded:
		return d.supersededText(r), nil
	case errors.Is(failed, ErrBusy):
		return fmt.Sprintf("%sRequest %d is approved. The room is made when the run that is under way has ended.", done, id), nil
	}
	return fmt.Sprintf("%sRequest %d is approved, but the room could not be made yet. It is tried again: %s.", done, id,
		plain(strings.TrimSuffix(cmp.Or(r.Error, "the service did not answer"), "."))), nil
}

// checkAmendment returns what is wrong with an amendment, a sentence. It
// completes the day.
func (d *Desk) checkAmendment(ctx context.Context, a *Amendment, r Request, now time.Time) string {
	a.Title, a.Purpose = provision.OneLine(a.Title, provision.MaxTitle), provision.OneLine(a.Purpose, provision.MaxSubject)
	day, ok := parseDay(cmp.Or(a.Until, r.ExtendTo, r.Until), now)
	if a.Until = day; !ok || !endOf(day).After(now.Add(24*time.Hour)) {
		return "The last day must be a date such as 2026-12-24, tomorrow or later."
	}
	if r.State != Pending {
		return ""
	}
	name := cmp.Or(a.Room, r.Room)
	if why := provision.CheckName(name); why != "" {
		return sentence(why)
	}
	if why, err := d.rooms.Reserved(ctx, name); err == nil && why != "" {
		return sentence(why)
	}
	return "" // making the room shows whether it can be
}
