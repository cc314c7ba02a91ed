package frontdesk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"muster/agenda"
	"muster/frontdesk/store"
	"muster/provision"
)

const (
	// maxAnswer is the length, in runes, that an answer in chat may have.
	maxAnswer = 2000
	// sameAnswers is how often one JID gets the same answer within sameWithin:
	// two programs that answer each other fall silent.
	sameAnswers = 3
	sameWithin  = 10 * time.Minute
	// yesLife is how long a question may be answered.
	yesLife = 10 * time.Minute
)

// chats is what the desk remembers of conversations in chat, in memory.
type chats struct {
	mu    sync.Mutex
	asked map[string]question
	said  map[string][]answered
}

// question is one that "yes" answers: whether a JID is of this person.
type question struct {
	person agenda.Person
	at     time.Time
}

// answered is an answer that was given.
type answered struct {
	text string
	at   time.Time
}

func newChats() *chats { return &chats{asked: map[string]question{}, said: map[string][]answered{}} }

// again reports whether a JID has had an answer too often.
func (c *chats) again(jid, text string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	recent := slices.DeleteFunc(c.said[jid], func(a answered) bool { return now.Sub(a.at) >= sameWithin })
	same := 0
	for _, a := range recent {
		if a.text == text {
			same++
		}
	}
	if same < sameAnswers {
		recent = append(recent, answered{text, now})
	}
	c.said[jid] = recent
	return same >= sameAnswers
}

// ask remembers a question; take returns and forgets it.
func (c *chats) ask(jid string, q question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[jid] = q
}

func (c *chats) take(jid string, now time.Time) (question, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q, ok := c.asked[jid]
	delete(c.asked, jid)
	return q, ok && now.Sub(q.at) < yesLife
}

// expire forgets what does not count any more.
func (c *chats) expire(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for jid, q := range c.asked {
		if now.Sub(q.at) >= yesLife {
			delete(c.asked, jid)
		}
	}
	for jid, said := range c.said {
		if !slices.ContainsFunc(said, func(a answered) bool { return now.Sub(a.at) < sameWithin }) {
			delete(c.said, jid)
		}
	}
}

// Say answers a chat message of a caller; the empty string is silence.
func (d *Desk) Say(ctx context.Context, c Caller, text string, now time.Time) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	v, err := d.visit(ctx, c, now)
	answer := ""
	if err == nil {
		answer, err = d.answer(ctx, v, text, now)
	}
	var p problem
	if errors.As(err, &p) {
		answer = notDone + string(p)
	} else if err != nil {
		d.log.ErrorContext(ctx, "an order in chat failed", "error", err)
		answer = troubled
	}
	if runes := []rune(answer); len(runes) > maxAnswer {
		answer = string(runes[:maxAnswer-1]) + "…"
	}
	if d.chats.again(c.JID, answer, now) {
		return ""
	}
	return answer
}

// answer answers a message. Orders of the secretariat are not known to others.
func (d *Desk) answer(ctx context.Context, v visitor, text string, now time.Time) (string, error) {
	o, err := Parse(text)
	var wrong *parseError
	if errors.As(err, &wrong) {
		if wrong.verb.secretariat && !v.secretariat {
			return notUnderstood, nil
		}
		return wrong.text, nil
	}
	i := slices.IndexFunc(verbs(), func(k verb) bool { return k.name == o.Verb })
	switch known := verbs()[i]; {
	case known.secretariat && !v.secretariat:
		return notUnderstood, nil
	case o.Verb == "help":
		return d.helpText(v, o.Word), nil
	case o.Verb == "rooms":
		return d.sayRooms(ctx, o.Word)
	case o.Verb == "whoami":
		return d.sayWho(v), nil
	case !v.vouched:
		return notDone + d.strangerText(), nil
	}
	do := map[string]func(context.Context, visitor, Order, time.Time) (string, error){
		"link": d.sayLink, "yes": d.sayYes, "code": d.sayCode, "unlink": d.sayUnlink, "request": d.sayRequest, "status": d.sayStatus,
		"withdraw": d.sayWithdraw, "extend": d.sayExtend, "pending": d.sayPending, "show": d.sayStatus, "approve": d.sayApprove, "deny": d.sayDeny,
	}
	return do[o.Verb](ctx, v, o, now)
}

// helpText returns what a visitor may say.
func (d *Desk) helpText(v visitor, word string) string {
	var lines []string
	for _, k := range verbs() {
		if k.secretariat && !v.secretariat {
			continue
		}
		if k.name == provision.Lower(word) {
			return k.usageText()
		}
		lines = append(lines, k.usageText())
	}
	return "I know these:\n" + strings.Join(lines, "\n")
}

func (d *Desk) sayWho(v visitor) string {
	switch {
	case !v.vouched:
		return "You are " + store.Shown(v.jid) + ". " + d.strangerText()
	case !v.linked:
		return "You are " + store.Shown(v.jid) + ", which is not linked yet. Send: link"
	}
	text := fmt.Sprintf("You are %s, linked to %s", store.Shown(v.jid), plain(v.link.Name))
	if roles := roleText(v.link.Person, v.facts); roles != "" {
		text += ": " + plain(roles)
	}
	return text + "."
}

func (d *Desk) sayRooms(ctx context.Context, word string) (string, error) {
	rooms, err := d.publicRooms(ctx)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, r := range rooms {
		if strings.Contains(r.name, provision.Lower(word)) {
			lines = append(lines, r.name+" - "+r.text)
		}
	}
	more := "send: rooms WORD"
	if d.cfg.RoomsURL != "" {
		more = "see " + d.cfg.RoomsURL
	}
	return linesText(lines, "There are no such rooms.", more), nil
}

// linesText returns as many lines as an answer may have, and how many more there
// are.
func linesText(lines []string, none, more string) string {
	const room = maxAnswer - 200
	if len(lines) == 0 {
		return none
	}
	var b strings.Builder
	for i, line := range lines {
		if b.Len()+len(line) > room || i >= mostRows {
			fmt.Fprintf(&b, "and %d more; %s", len(lines)-i, more)
			break
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func (d *Desk) sayLink(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	if v.linked {
		return d.sayWho(v), nil
	}
	if o.Word != "" {
		if !d.cfg.Mail {
			return notDone + "This desk sends no mail. " + d.howToLink(v.jid), nil
		}
		say, wrong, err := d.mailCode(ctx, v, o.Word, now)
		if wrong != "" {
			return notDone + wrong, err
		}
		return say + " Send: code CODE", err
	}
	person, why := d.profileOf(ctx, v.jid, now)
	if person == 0 {
		if d.cfg.Mail {
			why += " Have a code mailed: send link and your mail address. Or:"
		}
		return notDone + why + " " + d.howToLink(v.jid), nil
	}
	p, err := d.people.Person(ctx, person)
	if err != nil {
		return notDone + "The Datatracker does not answer at the moment. Try again later.", nil
	}
	d.chats.ask(v.jid, question{p, now})
	text := "Your address is in the profile of " + plain(p.Name)
	if roles := roleText(person, v.facts); roles != "" {
		text += ", " + plain(roles)
	}
	return text + ". Is that you? Answer: yes", nil
}

func (d *Desk) sayYes(ctx context.Context, v visitor, _ Order, now time.Time) (string, error) {
	q, ok := d.chats.take(v.jid, now)
	if !ok {
		return "There was no question.", nil
	}
	l, why, err := d.linkByProfile(ctx, v.jid, q.person, now)
	if err != nil || why != "" {
		return notDone + why, err
	}
	return done + "This address is linked to " + plain(l.Name) + " now.", nil
}

func (d *Desk) sayCode(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	l, wrong, err := d.redeem(ctx, v, o.Word, now)
	switch {
	case err != nil:
		return "", err
	case errors.Is(wrong, store.ErrCode):
		return notDone + wrongCode, nil
	case wrong != nil:
		return notDone + noCode, nil
	}
	return done + "This address is linked to " + plain(l.Name) + " now.", nil
}

func (d *Desk) sayUnlink(ctx context.Context, v visitor, _ Order, now time.Time) (string, error) {
	_, err := d.store.Unlink(ctx, v.jid, "", v.jid, now)
	if errors.Is(err, ErrUnknown) {
		return notDone + "This address is not linked.", nil
	}
	return done + "This address is not linked any more.", err
}

func (d *Desk) sayRequest(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	if why := d.mayNot(ctx, command{who: askers}, v); why != "" {
		return notDone + why, nil
	}
	acronym, _ := NameSpace(o.Name, &v.facts.Groups)
	r, wrong := d.newRequest(newRoom{acronym, o.Name, o.Title, o.For, o.Until}, v, "", now)
	if wrong != "" {
		return notDone + wrong, nil
	}
	a, err := d.ask(ctx, v, r, now)
	if err != nil {
		return "", err
	}
	text := d.askedText(a)
	switch r := a.request; r.State {
	case Live:
		text += fmt.Sprintf(" %s To give it back, send: withdraw %d", store.JoinAddress(r.Room, d.cfg.Service), r.ID)
	case Pending, Approved:
		text += fmt.Sprintf(" To withdraw it, send: withdraw %d", r.ID)
	}
	return text, nil
}

func (d *Desk) sayStatus(ctx context.Context, v visitor, o Order, _ time.Time) (string, error) {
	if o.ID == 0 {
		all := d.ownRequests(ctx, v, false)
		slices.Reverse(all)
		return linesText(requestLines(all, d, v, false), "You have no requests.", "send: status NUMBER"), nil
	}
	r, why, err := d.ownRequest(ctx, v, fmt.Sprint(o.ID))
	if err != nil || why != "" {
		return notDone + why, err
	}
	lines := []string{
		fmt.Sprintf("Request %d for the room %s: %s", r.ID, r.Room, stateText(r)),
		"Title: " + plain(r.Title), "For: " + plain(r.Purpose), "Until: " + r.Until,
	}
	if v.secretariat {
		lines = append(lines, "By: "+d.byText(v, r))
	}
	if r.DecidedBy != "" {
		lines = append(lines, "Decided by: "+plain(r.DecidedBy))
	}
	switch {
	case r.Error == "":
	case r.State == Approved:
		lines = append(lines, "Not made yet: "+plain(r.Error))
	default:
		lines = append(lines, "Last error: "+plain(r.Error))
	}
	return strings.Join(lines, "\n"), nil
}

// requestLines returns a line for each request, with who made it or not.
func requestLines(all []Request, d *Desk, v visitor, by bool) []string {
	lines := make([]string, len(all))
	for i, r := range all {
		lines[i] = fmt.Sprintf("%d %s - %s", r.ID, r.Room, stateText(r))
		if by {
			lines[i] += ", by " + d.byText(v, r) + ", title: " + plain(r.Title)
		}
	}
	return lines
}

func (d *Desk) sayWithdraw(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	r, why, err := d.ownRequest(ctx, v, fmt.Sprint(o.ID))
	if err != nil || why != "" {
		return notDone + why, err
	}
	return d.withdraw(ctx, r, v, now)
}

func (d *Desk) sayExtend(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	r, why, err := d.ownRequest(ctx, v, fmt.Sprint(o.ID))
	if err != nil || why != "" {
		return notDone + why, err
	}
	return d.extend(ctx, r, o.Until, v, now)
}

func (d *Desk) sayPending(ctx context.Context, v visitor, _ Order, _ time.Time) (string, error) {
	all, err := d.store.Requests(ctx, Filter{Waiting: true})
	return linesText(requestLines(all, d, v, true), "No request waits.", "answer these first"), err
}

func (d *Desk) sayApprove(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	return d.approve(ctx, o.ID, Amendment{Room: o.Name, Until: o.Until}, v, now)
}

func (d *Desk) sayDeny(ctx context.Context, v visitor, o Order, now time.Time) (string, error) {
	return d.deny(ctx, o.ID, o.Because, v, now)
}
