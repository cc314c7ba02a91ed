package xmppadmin

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// presence is what of a presence stanza from a room matters here
// (XEP-0045 §7.2).
type presence struct {
	From  string        `xml:"from,attr"`
	Type  string        `xml:"type,attr"`
	Error *stanza.Error `xml:"error"`
	X     struct {
		Item struct {
			Affiliation string `xml:"affiliation,attr"`
			Role        string `xml:"role,attr"`
		} `xml:"item"`
		Status []struct {
			Code string `xml:"code,attr"`
		} `xml:"status"`
	} `xml:"http://jabber.org/protocol/muc#user x"`
}

// self says that a presence is about the one who joins, or refuses him.
func (p presence) self() bool {
	return p.status("110") || p.Error != nil || p.Type == "error"
}

func (p presence) status(code string) bool {
	for _, s := range p.X.Status {
		if s.Code == code {
			return true
		}
	}
	return false
}

// handlePresence passes presence from a room on to whoever is joining it.
func (st *stream) handlePresence(t xml.TokenReader, start *xml.StartElement) error {
	var from string
	for _, a := range start.Attr {
		if a.Name.Local == "from" {
			from = a.Value
		}
	}
	st.mu.Lock()
	wait := st.joins[bareOf(from)]
	st.mu.Unlock()
	if wait == nil {
		return nil
	}
	var p presence
	d := xml.NewTokenDecoder(xmlstream.MultiReader(xmlstream.Token(*start), t))
	if err := d.Decode(&p); err != nil {
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return err
		}
		return nil
	}
	wait.take(p)
	return nil
}

// joining is a room's answer to somebody who enters it: the presence of those
// who are there, and his own last (XEP-0045 §7.2.2).
type joining struct {
	others   []occupant    // written before self is sent
	answered bool          // self was sent; known to take alone
	self     chan presence // takes one
}

// occupant is somebody else in the room.
type occupant struct{ nick, affiliation, role string }

// take is called for each presence from the room, one after the other. One
// that tells of a leaving is no answer to a joining: it may be this account's
// own, from its stay before.
func (j *joining) take(p presence) {
	if j.answered || p.Type == "unavailable" {
		return
	}
	if !p.self() {
		// A presence without a nick is the room's own, with its avatar.
		if _, nick, ok := strings.Cut(p.From, "/"); ok {
			j.others = append(j.others, occupant{nick, p.X.Item.Affiliation, p.X.Item.Role})
		}
		return
	}
	j.answered = true
	j.self <- p
}

// occupancy is this account's stay in a room.
type occupancy struct {
	created bool       // the room was made by the joining (status 201)
	others  []occupant // who else was there at the time
	leave   func()
}

// join enters a room under nick, asking for no history, and waits for the
// room's answer. Joining a room that does not exist makes it, locked. It does
// without the library's client for chat rooms, which hides whether the room
// was made and can block the session for good.
func (c *Client) join(ctx context.Context, room, nick string) (occupancy, error) {
	address, err := jid.Parse(room)
	if err == nil {
		address, err = address.WithResource(nick)
	}
	if err != nil {
		return occupancy{}, fmt.Errorf("%q is no address: %w", room, err)
	}
	st, err := c.live(ctx)
	if err != nil {
		return occupancy{}, err
	}
	entry := &joining{self: make(chan presence, 1)}
	if !st.expect(room, entry) {
		return occupancy{}, fmt.Errorf("room %s is being joined already", room)
	}
	defer st.expect(room, nil)

	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	c.meter.requests.Add(1)
	sent := time.Now()
	if err := st.session.Send(ctx, joinPresence(address)); err != nil {
		return occupancy{}, fmt.Errorf("join %s: %w: %w", room, ErrInterrupted, err)
	}
	leave := func() {
		gone := stanza.Presence{To: address, Type: stanza.UnavailablePresence}.Wrap(nil)
		lctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timeout)
		defer cancel()
		_ = st.session.Send(lctx, gone)
	}
	select {
	case p := <-entry.self:
		if p.Error != nil {
			return occupancy{}, fmt.Errorf("join: %w", requestError(room, *p.Error))
		}
		return occupancy{created: p.status("201"), others: entry.others, leave: leave}, nil
	case <-st.dead:
		return occupancy{}, fmt.Errorf("join %s: %w: %w", room, ErrInterrupted, errLost)
	case <-ctx.Done():
		leave()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			st.abandonIfSilent(sent)
		}
		return occupancy{}, fmt.Errorf("join %s: %w: %w", room, ErrInterrupted, context.Cause(ctx))
	}
}

// expect has presence from room delivered to entry, or to nobody where that is
// nil. It reports false where somebody else expects it already.
func (st *stream) expect(room string, entry *joining) bool {
	key := strings.ToLower(room)
	st.mu.Lock()
	defer st.mu.Unlock()
	if entry == nil {
		delete(st.joins, key)
		return true
	}
	if _, taken := st.joins[key]; taken {
		return false
	}
	st.joins[key] = entry
	return true
}

func joinPresence(occupant jid.JID) xml.TokenReader {
	none := xmlstream.Wrap(nil, xml.StartElement{
		Name: xml.Name{Local: "history"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "maxstanzas"}, Value: "0"}},
	})
	x := xmlstream.Wrap(none, xml.StartElement{Name: xml.Name{Space: nsMUC, Local: "x"}})
	return stanza.Presence{To: occupant}.Wrap(x)
}
