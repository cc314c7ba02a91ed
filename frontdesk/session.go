package frontdesk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"muster/provision"
)

const (
	// sessionLife is how long a session is kept since its last use.
	sessionLife = 30 * time.Minute
	// sessionsOfJID is how many sessions a JID has; the one that was used
	// longest ago goes where one more is begun.
	sessionsOfJID = 5
	// sessionsInAll bounds what is kept in memory.
	sessionsInAll = 20000
)

// session is one command of one JID, from the first form to the last answer.
type session struct {
	id, jid, node string
	used          time.Time // guarded by the lock of sessions

	mu     sync.Mutex // one step at a time; guards what follows
	stages []stage
	at     int               // the stage that is shown
	values map[string]string // what was given so far, of all stages
	done   *Answer
}

// sessions are those that are open, and those that were completed not long ago.
type sessions struct {
	mu  sync.Mutex
	all map[string]*session
	of  map[string][]*session // by JID
}

func newSessions() *sessions {
	return &sessions{all: map[string]*session{}, of: map[string][]*session{}}
}

// begin returns a new session.
func (l *sessions) begin(jid, node string, now time.Time) *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= sessionsInAll {
		l.expire(now)
	}
	for len(l.all) >= sessionsInAll { // one of them; all are in use
		for _, s := range l.all {
			l.remove(s)
			break
		}
	}
	mine := slices.Clone(l.of[jid])
	slices.SortFunc(mine, func(a, b *session) int { return a.used.Compare(b.used) })
	for i, s := range mine {
		if now.Sub(s.used) >= sessionLife || len(mine)-i >= sessionsOfJID {
			l.remove(s)
		}
	}
	s := &session{id: rand.Text(), jid: jid, node: node, used: now, values: map[string]string{}}
	l.all[s.id] = s
	l.of[jid] = append(l.of[jid], s)
	return s
}

// find returns a session of a JID, nil where there is none.
func (l *sessions) find(id, jid, node string, now time.Time) *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.all[id]
	if s == nil || s.jid != jid || s.node != node {
		return nil
	}
	if now.Sub(s.used) >= sessionLife {
		l.remove(s)
		return nil
	}
	s.used = now
	return s
}

// expire removes the sessions that have not been used for long.
func (l *sessions) expire(now time.Time) {
	for _, s := range l.all {
		if now.Sub(s.used) >= sessionLife {
			l.remove(s)
		}
	}
}

// end removes a session.
func (l *sessions) end(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(s)
}

func (l *sessions) remove(s *session) {
	delete(l.all, s.id)
	if l.of[s.jid] = slices.DeleteFunc(l.of[s.jid], func(o *session) bool { return o == s }); len(l.of[s.jid]) == 0 {
		delete(l.of, s.jid)
	}
}

// stage is one form of a command. It has the same fields in the same order
// whenever it is shown, and no input where the stage before has one: some
// clients keep what was typed by its place.
type stage struct {
	instructions string
	say          string
	// fields are those after the fixed field "say".
	fields func(context.Context, *talk) ([]Field, error)
	// submit takes the values. Its answer ends the command; without one the
	// next stage follows. A [problem] shows the same stage again.
	submit func(context.Context, *talk) (*Answer, error)
}

// problem is what is wrong with what was submitted, a sentence.
type problem string

// Error returns the sentence.
func (p problem) Error() string { return string(p) }

// talk is one step of a session.
type talk struct {
	*session
	desk    *Desk
	who     visitor
	now     time.Time
	command command
}

// value returns what was given for a field.
func (t *talk) value(name string) string { return t.values[name] }

// input returns a text field with what was given, or else a first value.
func (t *talk) input(name, label, first string) Field {
	return Field{Name: name, Type: TextSingle, Label: label, Value: t.given(name, first)}
}

// choice returns a list with what was given, where it is still among the
// options, or else the first option.
func (t *talk) choice(name, label string, options ...Option) Field {
	value := t.given(name, "")
	if !hasOption(options, value) && len(options) > 0 {
		value = options[0].Value
		t.values[name] = value
	}
	return Field{Name: name, Type: ListSingle, Label: label, Value: value, Options: options}
}

func hasOption(options []Option, value string) bool {
	return slices.ContainsFunc(options, func(o Option) bool { return o.Value == value })
}

func (t *talk) given(name, first string) string {
	if v, ok := t.values[name]; ok {
		return v
	}
	t.values[name] = first
	return first
}

// fixed returns a line of a stage. What a person wrote must be plain.
func fixed(name, text string) Field { return Field{Name: name, Type: Fixed, Value: text} }

// The first words of a note, which show what was done.
const (
	done    = "Done. "
	waiting = "Waiting. "
	notDone = "Not done. "
)

// result returns the last answer of a command.
func (t *talk) result(say string, failed bool, fields ...Field) *Answer {
	return &Answer{Session: t.id, Status: Completed, Say: say, Failed: failed, Form: results(t.command.name, say, fields...)}
}

// refuse returns the last answer of a command that did nothing.
func (t *talk) refuse(why string) *Answer { return t.result(notDone+why, true) }

// results returns the form that repeats the note of a last answer: some clients
// show one of them only.
func results(title, say string, fields ...Field) *Form {
	return &Form{Title: title, Fields: append([]Field{{Name: "Outcome", Type: TextSingle, Label: "Outcome", Value: say}}, fields...)}
}

// The answers that need no session.
const (
	expired  = notDone + "This form was open for too long, nothing was changed. Start the command again."
	troubled = notDone + "The desk could not read or write what it keeps. Try again later."
)

// Run answers one step of a caller on a command. An answer without a status
// means that there is no such command.
func (d *Desk) Run(ctx context.Context, c Caller, s Step, now time.Time) Answer {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.node == s.Node })
	if i < 0 {
		return Answer{}
	}
	cmd := all[i]
	lone := &talk{session: &session{id: cmp.Or(s.Session, rand.Text())}, command: cmd}
	v, err := d.visit(ctx, c, now)
	if err != nil {
		d.log.ErrorContext(ctx, "the desk's database failed", "error", err)
		return *lone.result(troubled, true)
	}
	lone.who = v
	if s.Session == "" {
		return d.begin(ctx, cmd, v, lone, s, now)
	}
	found := d.sessions.find(s.Session, c.JID, s.Node, now)
	if found == nil {
		return *lone.result(expired, true)
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	return d.step(ctx, &talk{found, d, v, now, cmd}, s)
}

// begin answers the first step of a command.
func (d *Desk) begin(ctx context.Context, cmd command, v visitor, lone *talk, s Step, now time.Time) Answer {
	if why := d.mayNot(ctx, cmd, v); why != "" {
		return *lone.refuse(why)
	}
	if s.Way == Cancel {
		return Answer{Session: lone.id, Status: Canceled}
	}
	session := d.sessions.begin(v.jid, cmd.node, now)
	session.mu.Lock()
	defer session.mu.Unlock()
	t := &talk{session, d, v, now, cmd}
	stages, answer, err := cmd.begin(ctx, t)
	if err == nil && answer == nil {
		t.stages = stages
		return d.show(ctx, t, "")
	}
	return d.finish(ctx, t, answer, err)
}

// step answers a later step. What was completed is answered again as it was: the
// buttons of a form stay there in some clients.
func (d *Desk) step(ctx context.Context, t *talk, s Step) Answer {
	switch {
	case t.done != nil:
		return *t.done
	case s.Way == Cancel:
		d.sessions.end(t.session)
		return Answer{Session: t.id, Status: Canceled}
	}
	wrong, err := t.take(ctx, s.Values)
	if err != nil {
		return d.finish(ctx, t, nil, err)
	}
	if s.Way == Back {
		t.at = max(0, t.at-1)
		return d.show(ctx, t, "")
	}
	if wrong != "" {
		return d.show(ctx, t, wrong)
	}
	answer, err := t.stages[t.at].submit(ctx, t)
	var p problem
	switch {
	case errors.As(err, &p):
		return d.show(ctx, t, string(p))
	case err != nil || answer != nil:
		return d.finish(ctx, t, answer, err)
	}
	t.at++
	return d.show(ctx, t, "")
}

// take keeps the values of the inputs of the stage that is shown, and returns
// what is wrong with one. What is no input of it is ignored, and what is missing
// stays as it was.
func (t *talk) take(ctx context.Context, values map[string]string) (wrong string, err error) {
	fields, err := t.stages[t.at].fields(ctx, t)
	for _, f := range fields {
		v, ok := values[f.Name]
		if !ok || f.Type != TextSingle && f.Type != ListSingle {
			continue
		}
		v = provision.OneLine(v, maxInput)
		if f.Type == ListSingle && !hasOption(f.Options, v) {
			wrong = "What was chosen is not among the choices."
			continue
		}
		t.values[f.Name] = v
	}
	return wrong, err
}

// maxInput is the length, in runes, that a value is cut to.
const maxInput = 500

// show answers with the form of the stage; wrong is what is wrong with what was
// submitted.
func (d *Desk) show(ctx context.Context, t *talk, wrong string) Answer {
	st := t.stages[t.at]
	fields, err := st.fields(ctx, t)
	if err != nil {
		return d.finish(ctx, t, nil, err)
	}
	a := Answer{Session: t.id, Status: Asking, Back: t.at > 0, Last: t.at == len(t.stages)-1}
	say := st.say
	if wrong != "" {
		say = plain(notDone + wrong)
		a.Say, a.Failed = say, true
	}
	a.Form = &Form{Title: t.command.name, Instructions: st.instructions, Fields: append([]Field{fixed("say", say)}, fields...)}
	return a
}

// finish completes a session with an answer, which is given again to whatever
// comes after it; an error is one of the database.
func (d *Desk) finish(ctx context.Context, t *talk, a *Answer, err error) Answer {
	if err != nil {
		d.log.ErrorContext(ctx, "a command failed", "command", t.command.node, "error", err)
		a = t.result(troubled, true)
	}
	t.session.done = a
	return *a
}
