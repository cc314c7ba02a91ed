package frontdesk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// command is one command of the desk.
type command struct {
	node, name string
	// who may use it, and see it in the list.
	who access
	// begin returns the stages, or the answer where there is nothing to ask.
	begin func(context.Context, *talk) ([]stage, *Answer, error)
}

// access is who may use a command.
type access int

const (
	everyone    access = iota // of whatever domain
	vouched                   // by the server, well enough
	askers                    // holders of roles, and local people where that is set
	owners                    // who has made a request
	openOwners                // who has an open one
	secretariat               // who decides
)

// commands returns the commands, in the order in which they are listed.
func commands() []command {
	return []command{
		{"request-room", "Request a room", askers, beginRequest},
		{"my-requests", "My requests", owners, beginMine},
		{"change-request", "Withdraw or extend", openOwners, beginChange},
		{"rooms", "Which rooms are there", everyone, beginRooms},
		{"link", "Link my address", vouched, beginLink},
		{"review", "Review requests", secretariat, beginReview},
		{"all-requests", "All requests", secretariat, beginAll},
	}
}

// Offers returns the commands that a caller may use.
func (d *Desk) Offers(ctx context.Context, c Caller, now time.Time) []Offer {
	v, err := d.visit(ctx, c, now)
	if err != nil {
		d.log.ErrorContext(ctx, "the desk's database failed", "error", err)
		v = visitor{jid: c.JID}
	}
	var offers []Offer
	for _, cmd := range commands() {
		if d.mayNot(ctx, cmd, v) == "" {
			offers = append(offers, Offer{cmd.node, cmd.name})
		}
	}
	return offers
}

// mayNot returns why a visitor may not use a command and what to do about it, or
// nothing.
func (d *Desk) mayNot(ctx context.Context, cmd command, v visitor) string {
	if cmd.who == everyone {
		return ""
	}
	if !v.vouched {
		return d.strangerText()
	}
	switch cmd.who {
	case askers:
		switch {
		case d.cfg.OpenToLocal && d.isLocal(v.jid) || len(v.groups()) > 0:
			return ""
		case !v.linked:
			return "Your address is not linked to a person of the Datatracker. Use the command \"Link my address\" first."
		case v.lists != nil:
			return "The Datatracker's lists cannot be read at the moment. Try again later."
		}
		return fmt.Sprintf("The Datatracker has no role for %s that counts here.", plain(v.link.Name))
	case owners, openOwners:
		if len(d.ownRequests(ctx, v, cmd.who == openOwners)) == 0 {
			return "You have no requests."
		}
	case secretariat:
		if !v.secretariat {
			return "This is for the secretariat."
		}
	}
	return ""
}

// strangerText is the answer to people of other domains.
func (d *Desk) strangerText() string {
	return fmt.Sprintf("This desk cannot be sure of addresses of other servers. Use an address of %s.", d.cfg.Local)
}

// isLocal reports whether a JID is of the domain whose JIDs are always vouched
// for.
func (d *Desk) isLocal(jid string) bool { return strings.HasSuffix(jid, "@"+d.cfg.Local) }

// ownRequests returns the requests of a visitor, by number.
func (d *Desk) ownRequests(ctx context.Context, v visitor, open bool) []Request {
	f := Filter{JID: v.jid, Person: v.link.Person}
	if open {
		f.States = []State{Pending, Approved, Live}
	}
	all, err := d.store.Requests(ctx, f)
	if err != nil {
		d.log.ErrorContext(ctx, "the desk's database failed", "error", err)
	}
	return all
}

// mostRows is how many rows a list has.
const mostRows = 40

// row returns one row of a list: a name and what is to be said of it.
func row(i int, label, value string) Field {
	if len(label) > maxLabel {
		value += ", in full " + label
		label = strings.ToValidUTF8(label[:maxLabel-len("…")], "") + "…"
	}
	return Field{Name: "row" + strconv.Itoa(i+1), Type: TextSingle, Label: label, Value: value}
}

// maxLabel is the length in bytes that a label may have: clients align them.
const maxLabel = 30

// listed completes a command with a list, of which so many rows are shown; more
// is where the others are.
func (t *talk) listed(what string, rows []Field, more string) *Answer {
	if n := len(rows) - mostRows; n > 0 {
		rows = append(rows[:mostRows:mostRows], Field{Name: "more", Type: TextSingle, Label: "More", Value: fmt.Sprintf("and %d more%s", n, more)})
	}
	return t.result(done+what, false, rows...)
}

// roomRow is a room and what is said of it to all.
type roomRow struct{ name, text string }

// publicRooms returns the rooms of requests and the live managed ones, by name.
func (d *Desk) publicRooms(ctx context.Context) ([]roomRow, error) {
	requests, err := d.store.Requests(ctx, Filter{States: []State{Approved, Live}})
	if err != nil {
		return nil, err
	}
	var rows []roomRow
	seen := map[string]bool{}
	for _, r := range requests {
		text := "live until " + r.Until
		if r.State == Approved {
			text = "is being made"
		}
		rows = append(rows, roomRow{r.Room, text + ", " + plain(r.Title)})
		seen[r.Room] = true
	}
	live, err := d.rooms.Live(ctx)
	if err != nil {
		d.log.WarnContext(ctx, "the live rooms are not known", "error", err)
	}
	for _, room := range live {
		if !seen[room.Name] && !room.Archived {
			rows = append(rows, roomRow{room.Name, strings.TrimSuffix("live, "+plain(xmppadmin.LiveTitle(room.Settings[xmppadmin.Title])), ", ")})
		}
	}
	slices.SortFunc(rows, func(a, b roomRow) int { return strings.Compare(a.name, b.name) })
	return rows, nil
}

func beginRooms(ctx context.Context, t *talk) ([]stage, *Answer, error) {
	d := t.desk
	rooms, err := d.publicRooms(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows := make([]Field, len(rooms))
	for i, r := range rooms {
		rows[i] = row(i, r.name, r.text)
	}
	more := ""
	if d.cfg.RoomsURL != "" {
		more = ", see " + d.cfg.RoomsURL
	}
	return nil, t.listed(fmt.Sprintf("%d rooms at %s.", len(rooms), d.cfg.Service), rows, more), nil
}

func beginMine(ctx context.Context, t *talk) ([]stage, *Answer, error) {
	all := t.desk.ownRequests(ctx, t.who, false)
	slices.Reverse(all) // the newest first
	return nil, t.listed(fmt.Sprintf("%d requests of yours.", len(all)), requestRows(all, false), ""), nil
}

// requestRows returns a row for each request.
func requestRows(all []Request, by bool) []Field {
	rows := make([]Field, len(all))
	for i, r := range all {
		text := stateText(r)
		if by {
			text += ", by " + Shown(r.JID)
		}
		rows[i] = row(i, fmt.Sprintf("%d %s", r.ID, r.Room), text)
	}
	return rows
}

// stateText returns where a request stands: "waiting since 2026-11-24".
func stateText(r Request) string {
	var text string
	switch r.State {
	case Pending:
		text = "waiting since " + dayOf(r.MadeAt)
	case Approved:
		text = "approved, the room is being made"
	case Live:
		text = "live until " + r.Until
	case Ended, Superseded, Lapsed:
		text = string(r.State) + " on " + dayOf(r.EndedAt)
	default:
		text = string(r.State) + " on " + dayOf(r.DecidedAt)
	}
	if r.ExtendTo != "" {
		text += ", an extension until " + r.ExtendTo + " waits"
	}
	if (r.Waits() || r.State == Denied) && r.Reason != "" {
		text += ", because " + plain(r.Reason)
	}
	return text
}

func beginAll(context.Context, *talk) ([]stage, *Answer, error) {
	options := []Option{{"What waits", "waiting"}}
	for _, s := range States() {
		options = append(options, Option{string(s), string(s)})
	}
	options = append(options, Option{"All", "all"})
	return []stage{{
		instructions: "All requests, by state.",
		say:          "Choose which requests to see.",
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			return []Field{t.choice("state", "State", options...)}, nil
		},
		submit: submitAll,
	}}, nil, nil
}

// submitAll answers with the requests in a state.
func submitAll(ctx context.Context, t *talk) (*Answer, error) {
	var f Filter
	switch state := t.value("state"); state {
	case "waiting":
		f.Waiting = true
	case "all":
	default:
		f.States = []State{State(state)}
	}
	all, err := t.desk.store.Requests(ctx, f)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	return t.listed(fmt.Sprintf("%d requests.", len(all)), requestRows(all, true), ", see muster request list"), nil
}

// requestOption returns a request as a choice.
func requestOption(r Request, more string) Option {
	return Option{Label: provision.OneLine(fmt.Sprintf("%d %s%s", r.ID, r.Room, more), maxInput), Value: strconv.FormatInt(r.ID, 10)}
}
