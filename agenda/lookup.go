package agenda

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"muster/agenda/internal/fetch"
)

// sourceKind is a way to name a meeting.
type sourceKind int

const (
	byNumber sourceKind = iota
	byInterim
	byCurrent
	byNext
	byFile
)

// source is the name of a meeting as the user gave it, taken apart: the number
// of an IETF meeting, the whole name of an interim one, or the path of a file.
type source struct {
	kind sourceKind
	name string
}

var (
	numberForm  = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	interimForm = regexp.MustCompile(`^interim-[a-z0-9-]{1,100}$`)
)

// parseSource distinguishes the five ways to name a meeting.
func parseSource(s string) (source, error) {
	path, isFile := strings.CutPrefix(s, "file:")
	switch {
	case isFile && path != "":
		return source{byFile, path}, nil
	case s == "current":
		return source{byCurrent, s}, nil
	case s == "next":
		return source{byNext, s}, nil
	case numberForm.MatchString(s):
		return source{byNumber, s}, nil
	case interimForm.MatchString(s):
		return source{byInterim, s}, nil
	}
	return source{}, fmt.Errorf("meeting %.80q: want a number such as 126, current, next, "+
		"an interim such as interim-2026-quic-01, or file:PATH to an agenda.json", s)
}

// CheckName returns an error where name is none of those that [Client.Meeting]
// takes. Nothing is read.
func CheckName(name string) error {
	_, err := parseSource(name)
	return err
}

// relative reads the agenda of the current or the next meeting.
func (c *Client) relative(ctx context.Context, next bool) (Meeting, error) {
	found, err := c.currentOrNext(ctx, next)
	if err != nil {
		return Meeting{}, fmt.Errorf("%s meeting: %w", which(next), err)
	}
	m, err := c.numbered(ctx, found.number)
	if err != nil {
		return Meeting{}, fmt.Errorf("%s meeting: %w", which(next), err)
	}
	m.addOutages(found.outages)
	m.warn(found.warnings...)
	return m, nil
}

func which(next bool) string {
	if next {
		return "next"
	}
	return "current"
}

// interim reads the agenda of an interim meeting, for which the Datatracker
// has agenda.json alone.
func (c *Client) interim(ctx context.Context, name string) (Meeting, error) {
	list, err := c.agendaJSON(ctx, name)
	if err != nil {
		return Meeting{}, err
	}
	return finish(name, &list, nil), nil
}

// numbered reads the agenda of an IETF meeting, from two documents at a time.
func (c *Client) numbered(ctx context.Context, number string) (Meeting, error) {
	type outcome struct {
		doc fetch.Document[document]
		err error
	}
	second := make(chan outcome, 1)
	go func() {
		doc, err := c.agendaData(ctx, number)
		second <- outcome{doc, err}
	}()
	list, err := c.agendaJSON(ctx, number)
	data := <-second
	switch {
	case ctx.Err() != nil && (err != nil || data.err != nil):
		return Meeting{}, fmt.Errorf("meeting %s: %w", number, cmp.Or(err, data.err))
	case err != nil && data.err != nil:
		return Meeting{}, fmt.Errorf("meeting %s: %w; and %w", number, err, data.err)
	case err != nil:
		m := finish(number, nil, &data.doc)
		m.missing(err, withoutList)
		return m, nil
	case data.err != nil:
		m := finish(number, &list, nil)
		m.missing(data.err, withoutData)
		return m, nil
	}
	return finish(number, &list, &data.doc), nil
}

// missing warns of what is not known without a document that could not be read.
// The reason is given once where it is also that of an outage.
func (m *Meeting) missing(err error, consequence string) {
	if failure, ok := fetch.AsError(err); ok {
		o := outageFrom(failure)
		if slices.ContainsFunc(m.Outages, func(have Outage) bool { return have.Cause == o.Cause && have.Status == o.Status }) {
			m.addOutages([]Outage{o})
			m.warn(consequence)
			return
		}
	}
	m.warn(fmt.Sprintf("%v; %s", err, consequence))
}

// agendaJSON fetches agenda.json.
func (c *Client) agendaJSON(ctx context.Context, number string) (fetch.Document[document], error) {
	doc, err := fetch.GetOrCached(ctx, c.docs, fetch.Request[document]{
		URL: c.base.JoinPath("meeting", number, "agenda.json").String(), Parse: parseAgendaJSON, Empty: isEmpty,
	})
	return doc, asError(err)
}

// agendaData fetches agenda-data, for which the Datatracker answers 500 where
// a meeting has no schedule.
func (c *Client) agendaData(ctx context.Context, number string) (fetch.Document[document], error) {
	doc, err := fetch.GetOrCached(ctx, c.docs, fetch.Request[document]{
		URL: c.base.JoinPath("api/meeting", number, "agenda-data").String(), Parse: c.links.parseAgendaData, Empty: isEmpty, Expect500: true,
	})
	return doc, asError(err)
}

// What is not known where one of the two documents is missing.
const (
	withoutList = "without agenda.json, the groups' types and states are inferred: " +
		"area groups pass for working groups, and the type of a group without regular sessions is not known"
	withoutData = "without agenda-data, the sessions' types (but for the plenary's), their own chat rooms, " +
		"the city and the time zone are not known, and times are in UTC"
)

// isEmpty reports whether a document has no sessions.
func isEmpty(d document) bool { return len(d.rows) == 0 }

// finish makes a meeting of the documents that were read for one, either of
// which may be nil.
func finish(number string, list, data *fetch.Document[document]) Meeting {
	var docs [2]*document
	var outages []Outage
	var warnings []string
	for i, d := range []*fetch.Document[document]{list, data} {
		if d != nil {
			docs[i] = &d.Value
			outages = append(outages, outageOf(*d)...)
			warnings = append(warnings, d.Warnings...)
		}
	}
	m := assemble(docs[0], docs[1])
	m.addOutages(outages)
	switch m.Number {
	case number:
	case "":
		m.Number = number
		warnings = append(warnings, fmt.Sprintf("the agenda has no meeting number; taken for that of %s", number))
	default:
		warnings = append(warnings, fmt.Sprintf("the agenda of meeting %s was requested, but the answer is that of %.80q", number, m.Number))
	}
	m.warn(warnings...)
	return m
}
