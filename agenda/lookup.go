package agenda

import (
	"cmp"
	"context"
	"fmt"
)

// relative reads the agenda of the current or the next meeting.
func (c *Client) relative(ctx context.Context, next bool) (Meeting, error) {
	number, err := c.resolve(ctx, next)
	if err != nil {
		return Meeting{}, fmt.Errorf("%s meeting: %w", which(next), err)
	}
	m, err := c.numbered(ctx, number.value)
	if err != nil {
		return Meeting{}, fmt.Errorf("%s meeting: %w", which(next), err)
	}
	m.Stale = m.Stale || number.stale
	m.warn(number.warnings...)
	return m, nil
}

// interim reads the agenda of an interim meeting, for which the Datatracker
// has agenda.json alone.
func (c *Client) interim(ctx context.Context, name string) (Meeting, error) {
	list, err := read(ctx, c, c.agendaJSON(name), false, parseAgendaJSON)
	if err != nil {
		return Meeting{}, err
	}
	return c.finish(name, &list, nil), nil
}

// numbered reads the agenda of an IETF meeting, from two documents at a time.
func (c *Client) numbered(ctx context.Context, number string) (Meeting, error) {
	type outcome struct {
		reading[document]
		err error
	}
	second := make(chan outcome, 1)
	go func() {
		r, err := read(ctx, c, c.base.JoinPath("api/meeting", number, "agenda-data").String(), true, parseAgendaData)
		second <- outcome{r, err}
	}()
	list, err := read(ctx, c, c.agendaJSON(number), false, parseAgendaJSON)
	data := <-second
	switch {
	case ctx.Err() != nil && (err != nil || data.err != nil):
		return Meeting{}, fmt.Errorf("meeting %s: %w", number, cmp.Or(err, data.err))
	case err != nil && data.err != nil:
		return Meeting{}, fmt.Errorf("meeting %s: %w; and %w", number, err, data.err)
	case err != nil:
		m := c.finish(number, nil, &data.reading)
		m.warn(fmt.Sprintf("%v; %s", err, withoutList))
		return m, nil
	case data.err != nil:
		m := c.finish(number, &list, nil)
		m.warn(fmt.Sprintf("%v; %s", data.err, withoutData))
		return m, nil
	}
	return c.finish(number, &list, &data.reading), nil
}

// What is not known where one of the two documents is missing.
const (
	withoutList = "without agenda.json, the groups' types and states are inferred: " +
		"area groups pass for working groups, and the type of a group without regular sessions is not known"
	withoutData = "without agenda-data, the sessions' types (but for the plenary's), their own chat rooms, " +
		"the city and the time zone are not known, and times are in UTC"
)

// finish makes a meeting of what was read.
func (c *Client) finish(asked string, list, data *reading[document]) Meeting {
	var docs [2]*document
	var stale bool
	var warnings []string
	for i, r := range []*reading[document]{list, data} {
		if r != nil {
			docs[i] = &r.value
			stale = stale || r.stale
			warnings = append(warnings, r.warnings...)
		}
	}
	m := assemble(docs[0], docs[1])
	m.Stale = stale
	switch m.Number {
	case asked:
	case "":
		m.Number = asked
		warnings = append(warnings, fmt.Sprintf("the agenda does not say of which meeting it is; taken for that of %s", asked))
	default:
		warnings = append(warnings, fmt.Sprintf("meeting %s was asked for, but the agenda is that of %q", asked, clip(m.Number)))
	}
	m.warn(warnings...)
	return m
}

func (c *Client) agendaJSON(number string) string {
	return c.base.JoinPath("meeting", number, "agenda.json").String()
}
