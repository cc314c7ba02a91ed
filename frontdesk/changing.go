package frontdesk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func beginChange(ctx context.Context, t *talk) ([]stage, *Answer, error) {
	first := stage{
		instructions: "Withdraw a request, or keep its room for longer. The day counts for an extension only.",
		say:          "Choose a request and what to do.",
		fields: func(ctx context.Context, t *talk) ([]Field, error) {
			var options []Option
			for _, r := range t.desk.ownRequests(ctx, t.who, true) {
				options = append(options, requestOption(r, ", "+stateText(r)))
			}
			return []Field{
				t.choice("request", "Request", options...),
				t.choice("do", "What to do", Option{"Extend", "extend"}, Option{"Withdraw", "withdraw"}),
				t.input("until", "Open until (YYYY-MM-DD)", t.desk.defaultDay(t.now)),
			}, nil
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			r, why, err := t.desk.ownRequest(ctx, t.who, t.value("request"))
			switch {
			case err != nil:
				return nil, err
			case why != "":
				return nil, problem(why)
			case t.value("do") == "withdraw":
				t.values["forecast"] = withdrawForecast(r)
				return nil, nil
			}
			day, wait, wrong := t.desk.extension(r, t.value("until"), t.who, t.now)
			if wrong != "" {
				return nil, problem(wrong)
			}
			t.values["until"], t.values["forecast"] = day, extendForecast(day, wait)
			return nil, nil
		},
	}
	confirm := stage{
		instructions: "Go on to do it, or go back to change it.",
		say:          "Is this right?",
		fields: func(ctx context.Context, t *talk) ([]Field, error) {
			text := "The request is gone"
			if r, why, err := t.desk.ownRequest(ctx, t.who, t.value("request")); err == nil && why == "" {
				text = fmt.Sprintf("Request %d, the room %s, %s", r.ID, r.Room, stateText(r))
			}
			return []Field{fixed("c1", text), fixed("c2", t.value("forecast")), fixed("c3", "Nothing is deleted; logs stay where they are")}, nil
		},
		submit: submitChange,
	}
	return []stage{first, confirm}, nil, nil
}

func withdrawForecast(r Request) string {
	if r.State == Live {
		return "It will be withdrawn, and the room archived"
	}
	return "It will be withdrawn"
}

func extendForecast(day, wait string) string {
	if wait == "" {
		return "The room will stay open until " + day
	}
	return plain(fmt.Sprintf("The extension until %s waits for the secretariat, because %s", day, wait))
}

func submitChange(ctx context.Context, t *talk) (*Answer, error) {
	r, why, err := t.desk.ownRequest(ctx, t.who, t.value("request"))
	if err != nil {
		return nil, err
	}
	if why != "" {
		return t.refuse(why), nil
	}
	var say string
	if t.value("do") == "withdraw" {
		say, err = t.desk.withdraw(ctx, r, t.who, t.now)
	} else {
		say, err = t.desk.extend(ctx, r, t.value("until"), t.who, t.now)
	}
	if err != nil {
		return nil, err
	}
	return t.result(say, strings.HasPrefix(say, notDone)), nil
}

// ownRequest returns a request of a visitor by its number, or why it is not to
// be had; the secretariat has all.
func (d *Desk) ownRequest(ctx context.Context, v visitor, number string) (Request, string, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return Request{}, "Choose a request.", nil
	}
	r, err := d.store.Request(ctx, id)
	unknown := errors.Is(err, ErrUnknown)
	if err != nil && !unknown {
		return r, "", err
	}
	mine := r.JID == v.jid || v.link.Person != 0 && r.Person == v.link.Person
	if unknown || !mine && !v.secretariat {
		return Request{}, fmt.Sprintf("You have no request %d.", id), nil
	}
	return r, "", nil
}

// withdraw withdraws a request, and returns what became of it.
func (d *Desk) withdraw(ctx context.Context, r Request, v visitor, now time.Time) (string, error) {
	id := r.ID
	r, err := d.store.Withdraw(ctx, id, v.jid, now)
	if err == nil {
		d.note(ctx, r)
	}
	switch {
	case errors.Is(err, ErrState):
		return d.changed(ctx, id, err)
	case err != nil:
		return "", err
	case r.State == Live:
		return fmt.Sprintf("%sRequest %d is withdrawn, and the room %s is going to be archived.", done, r.ID, r.Room), nil
	}
	return fmt.Sprintf("%sRequest %d is withdrawn.", done, r.ID), nil
}

// extend extends a request, or has the extension wait, and returns what became
// of it.
func (d *Desk) extend(ctx context.Context, r Request, until string, v visitor, now time.Time) (string, error) {
	day, wait, wrong := d.extension(r, until, v, now)
	if wrong != "" {
		return notDone + wrong, nil
	}
	id := r.ID
	r, err := d.store.Extend(ctx, id, day, wait == "", wait, v.jid, now)
	if err == nil {
		d.note(ctx, r)
	}
	switch {
	case errors.Is(err, ErrState):
		return d.changed(ctx, id, err)
	case err != nil:
		return "", err
	case wait != "":
		return fmt.Sprintf("%sThe extension of request %d waits for the secretariat, because %s.", waiting, r.ID, plain(wait)), d.summarize(ctx, now)
	}
	return fmt.Sprintf("%sThe room %s stays open until %s.", done, r.Room, r.Until), nil
}

// changed returns that a request cannot be changed any more.
func (d *Desk) changed(ctx context.Context, id int64, cause error) (string, error) {
	r, err := d.store.Request(ctx, id)
	if err != nil {
		return "", errors.Join(cause, err)
	}
	return fmt.Sprintf("%sRequest %d is %s.", notDone, r.ID, r.State), nil
}

// extension returns the day that a request is extended to, why the extension
// waits, or what is wrong with it, a sentence. The secretariat may extend
// anything.
func (d *Desk) extension(r Request, until string, v visitor, now time.Time) (day, wait, wrong string) {
	day, ok := parseDay(until, now)
	switch {
	case !ok:
		return day, "", "The last day is no date such as 2026-12-24."
	case r.State != Approved && r.State != Live:
		return day, "", fmt.Sprintf("Request %d is %s.", r.ID, r.State)
	case !endOf(day).After(r.End()):
		return day, "", fmt.Sprintf("Request %d has %s as its last day already.", r.ID, r.Until)
	case v.secretariat:
		return day, "", ""
	}
	if wait = roleHolds(r, v.facts); wait == "" && endOf(day).After(latest(now, d.cfg.Quota.Days)) {
		wait = fmt.Sprintf("the last day is more than %d days from now", d.cfg.Quota.Days)
	}
	return day, wait, ""
}
