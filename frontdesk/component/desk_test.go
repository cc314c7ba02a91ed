package component_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/frontdesk/component"
)

const (
	domain = "desk.example.org"
	help   = "help@desk.example.org"
	secret = "a component's secret"
)

// fakeDesk has one command of three stages for everyone, and echoes what is said.
type fakeDesk struct {
	mu    sync.Mutex
	steps []frontdesk.Step
	said  []string // caller and text
	run   func(frontdesk.Caller, frontdesk.Step) frontdesk.Answer
	say   func(frontdesk.Caller, string) string
}

func (d *fakeDesk) Offers(_ context.Context, c frontdesk.Caller, _ time.Time) []frontdesk.Offer {
	offers := []frontdesk.Offer{{Node: "rooms", Name: "Which rooms are there"}, {Node: "request-room", Name: "Request a room"}}
	if c.JID == "muster@example.org" {
		offers = append(offers, frontdesk.Offer{Node: "review", Name: "Review requests"})
	}
	return offers
}

func (d *fakeDesk) Run(_ context.Context, c frontdesk.Caller, s frontdesk.Step, _ time.Time) frontdesk.Answer {
	d.mu.Lock()
	d.steps = append(d.steps, s)
	run := d.run
	d.mu.Unlock()
	if run != nil {
		return run(c, s)
	}
	return threeStages(c, s)
}

func (d *fakeDesk) Say(_ context.Context, c frontdesk.Caller, text string, _ time.Time) string {
	d.mu.Lock()
	d.said = append(d.said, c.JID+": "+text)
	say := d.say
	d.mu.Unlock()
	if say != nil {
		return say(c, text)
	}
	return "You said: " + text
}

// runs and says have the desk answer otherwise from now on.
func (d *fakeDesk) runs(run func(frontdesk.Caller, frontdesk.Step) frontdesk.Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run = run
}

func (d *fakeDesk) says(say func(frontdesk.Caller, string) string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.say = say
}

// last returns the last step.
func (d *fakeDesk) last() frontdesk.Step {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.steps) == 0 {
		return frontdesk.Step{}
	}
	return d.steps[len(d.steps)-1]
}

func (d *fakeDesk) heard() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.said)
}

// threeStages is a command whose session says how far it is.
func threeStages(c frontdesk.Caller, s frontdesk.Step) frontdesk.Answer {
	say := frontdesk.Field{Name: "say", Type: frontdesk.Fixed, Value: "Fill this in."}
	switch {
	case s.Node != "request-room" && s.Node != "rooms":
		return frontdesk.Answer{}
	case s.Way == frontdesk.Cancel:
		return frontdesk.Answer{Session: s.Session, Status: frontdesk.Canceled}
	case s.Session == "" || s.Way == frontdesk.Back:
		return frontdesk.Answer{Session: "one", Status: frontdesk.Asking, Form: &frontdesk.Form{
			Title: "Request a room", Instructions: "A room for your group.", Fields: []frontdesk.Field{
				say, {Name: "group", Type: frontdesk.ListSingle, Label: "Group", Value: "quic", Options: []frontdesk.Option{
					{Label: "quic: QUIC", Value: "quic"}, {Label: "tls: TLS", Value: "tls"},
				}}, {Name: "suffix", Type: frontdesk.TextSingle, Label: "Name after the hyphen, as dt"},
			},
		}}
	case s.Session == "one":
		return frontdesk.Answer{Session: "two", Status: frontdesk.Asking, Back: true, Last: true, Form: &frontdesk.Form{
			Title: "Is this right?", Fields: []frontdesk.Field{say, {Name: "c1", Type: frontdesk.Fixed, Value: "Room quic-dt"}},
		}}
	default:
		text := "Done. The room of " + c.JID + " is open."
		return frontdesk.Answer{Session: "two", Status: frontdesk.Completed, Say: text, Form: &frontdesk.Form{
			Title: "Request a room", Fields: []frontdesk.Field{{Name: "outcome", Type: frontdesk.TextSingle, Label: "Outcome", Value: text}},
		}}
	}
}

// fakeOutbox keeps messages in memory.
type fakeOutbox struct {
	mu      sync.Mutex
	waiting []frontdesk.Message
	sent    map[int64]string // id to address
	failed  map[int64]string
	bounces []string
	changed chan struct{}
	broken  int // how often Sent fails from now on
}

func newOutbox(messages ...frontdesk.Message) *fakeOutbox {
	return &fakeOutbox{waiting: messages, sent: map[int64]string{}, failed: map[int64]string{}, changed: make(chan struct{}, 10000)}
}

func (o *fakeOutbox) Due(_ context.Context, medium frontdesk.Medium, _ time.Time) ([]frontdesk.Message, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var due []frontdesk.Message
	for _, m := range o.waiting {
		if m.Medium == medium {
			due = append(due, m)
		}
	}
	return due, nil
}

func (o *fakeOutbox) take(id int64) (m frontdesk.Message, ok bool) {
	i := slices.IndexFunc(o.waiting, func(m frontdesk.Message) bool { return m.ID == id })
	if i < 0 {
		return m, false
	}
	m = o.waiting[i]
	o.waiting = slices.Delete(o.waiting, i, i+1)
	return m, true
}

func (o *fakeOutbox) Sent(_ context.Context, id int64, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken > 0 {
		o.broken--
		return errors.New("disk full")
	}
	m, ok := o.take(id)
	if !ok {
		return errors.New("not waiting")
	}
	o.sent[id] = m.Address
	o.changed <- struct{}{}
	return nil
}

func (o *fakeOutbox) Failed(_ context.Context, id int64, reason string, retryAt time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.take(id); !ok || !retryAt.IsZero() {
		return errors.New("not waiting, or tried again")
	}
	o.failed[id] = reason
	o.changed <- struct{}{}
	return nil
}

func (o *fakeOutbox) Bounced(_ context.Context, id int64, address, reason string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sent[id] == address {
		o.bounces = append(o.bounces, fmt.Sprintf("%d %s %s", id, address, reason))
		o.changed <- struct{}{}
	}
	return nil
}

// clock is a clock that stands until it is put forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// observer counts.
type observer struct {
	mu     sync.Mutex
	up     []bool
	counts map[string]int
}

func (o *observer) Connected(up bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.up = append(o.up, up)
}

func (o *observer) Stanza(kind, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.counts == nil {
		o.counts = make(map[string]int)
	}
	o.counts[kind+" "+outcome]++
}

func (o *observer) count(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.counts[what]
}

// unlimited are limits that no test reaches.
func unlimited() component.Limits {
	return component.Limits{JID: 1e6, Burst: 1e6, Domain: 1e6, All: 1e6, Stranger: 1e6}
}

// office is a desk that is connected to a server of the test's own.
type office struct {
	*testing.T
	desk     *fakeDesk
	outbox   *fakeOutbox
	clock    *clock
	observer *observer
	server   *xmpptest.ComponentServer
	stream   *xmpptest.ComponentStream
	ids      int
}

// connect starts a desk and waits until it is connected.
func connect(t *testing.T, change func(*component.Config, *office)) *office {
	t.Helper()
	o := &office{
		T: t, desk: new(fakeDesk), outbox: newOutbox(), clock: newClock(), observer: new(observer),
		server: xmpptest.NewComponentServer(t, secret),
	}
	cfg := component.Config{
		Domain: domain, Chat: "help", Name: "IETF room desk", Server: "example.org", Service: "rooms.example.org",
		Address: o.server.Addr(), Secret: secret, Limits: unlimited(), Observer: o.observer, Now: o.clock.Now,
		Outbox: 5 * time.Millisecond, Pauses: component.Pauses{First: time.Millisecond, Longest: 10 * time.Millisecond, Refused: 10 * time.Millisecond},
	}
	if change != nil {
		change(&cfg, o)
	}
	serve(t, cfg, o.desk, o.outbox)
	o.stream = o.server.Next()
	return o
}

// serve serves a desk until the test ends.
func serve(t *testing.T, cfg component.Config, d component.Desk, out component.Outbox) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- component.Serve(ctx, cfg, d, out) }()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

// next returns the next stanza of the desk.
func (o *office) next() xmpptest.Element {
	o.Helper()
	e, ok := o.stream.Read()
	if !ok {
		o.Fatal("the desk has ended its stream")
	}
	if from, _, _ := strings.Cut(e.Attr("from"), "/"); from != domain && !strings.HasSuffix(from, "@"+domain) {
		o.Errorf("a stanza comes from %q: %+v", from, e)
	}
	return e
}

// ask sends an IQ and returns the next stanza, which answers it.
func (o *office) ask(kind, from, to, payload string) xmpptest.Element {
	o.Helper()
	o.ids++
	id := fmt.Sprint("i", o.ids)
	o.stream.Send("<iq type='%s' id='%s' from='%s' to='%s'>%s</iq>", kind, id, from, to, payload)
	e := o.next()
	if e.Name.Local != "iq" || e.Attr("id") != id || e.Attr("to") != from || e.Attr("from") != to {
		o.Errorf("the answer to %s is %+v", payload, e)
	}
	return e
}

// say sends a chat message.
func (o *office) say(from, body string) {
	o.Helper()
	o.stream.Send("<message type='chat' from='%s' to='%s'><body>%s</body></message>", from, help, xmpptest.Escape(body))
}

// quiet waits until all that was sent before is dealt with, and fails if any of
// it was answered.
func (o *office) quiet(what string) {
	o.Helper()
	o.ids++
	id := fmt.Sprint("q", o.ids)
	// For each worker a person whose requests it gets.
	for n := range 64 {
		o.stream.Send("<iq type='get' id='%s' from='quiet%d@example.org/x' to='%s'><ping xmlns='urn:xmpp:ping'/></iq>", id, n, domain)
	}
	for range 64 {
		if e := o.next(); e.Attr("id") != id {
			o.Errorf("%s was answered: %+v", what, e)
		}
	}
}

// condition returns the condition of an error and its text.
func condition(e xmpptest.Element) string {
	if e.Attr("type") != "error" {
		return "no error"
	}
	failure := e.Child("error")
	return failure.Attr("type") + " " + failure.Payload().Name.Local + map[bool]string{true: " without a text"}[strings.TrimSpace(failure.Child("text").Text) == ""]
}
