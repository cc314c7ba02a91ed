package xep

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The namespaces of what an archived message may have in it.
const (
	nsCorrect     = "urn:xmpp:message-correct:0"  // XEP-0308
	nsReply       = "urn:xmpp:reply:0"            // XEP-0461
	nsReactions   = "urn:xmpp:reactions:0"        // XEP-0444
	nsRetract     = "urn:xmpp:message-retract:1"  // XEP-0424
	nsRetractOld  = "urn:xmpp:message-retract:0"  // XEP-0424 before 0.4
	nsFasten      = "urn:xmpp:fasten:0"           // XEP-0422
	nsModerate    = "urn:xmpp:message-moderate:1" // XEP-0425
	nsModerateOld = "urn:xmpp:message-moderate:0" // XEP-0425 before 0.3
	nsFallback    = "urn:xmpp:fallback:0"         // XEP-0428
	nsOccupant    = "urn:xmpp:occupant-id:0"      // XEP-0421
	nsStanzaID    = "urn:xmpp:sid:0"              // XEP-0359
	nsMarkers     = "urn:xmpp:chat-markers:0"     // XEP-0333
	nsHints       = "urn:xmpp:hints"              // XEP-0334
	nsMUCUser     = "http://jabber.org/protocol/muc#user"
)

// ArchivedMessage is one message of a room's archive. It never has a real JID:
// of the sender only the nick and the occupant id are read.
type ArchivedMessage struct {
	// Archive is the id under which the archive has the message.
	Archive string
	// Time is when the room passed the message on, in UTC; Prosody 0.12 gives
	// whole seconds.
	Time time.Time
	// Nick is the resource of the sender's occupant JID, unprepared; empty
	// where the room itself spoke.
	Nick string
	// Occupant is the sender's occupant id (XEP-0421), empty where the server
	// gives none.
	Occupant string
	// ID and Origin are the sender's own ids of the message (XEP-0359).
	ID, Origin string
	// Lang is the language of the body, empty where none is given.
	Lang string
	// Body is the first body, and Subject the subject with Subjects set where
	// the message has one.
	Body, Subject string
	HasSubject    bool
	// Replaces is the ID of the message that this one corrects (XEP-0308).
	Replaces string
	// Reply is the archive id of the message that this one answers (XEP-0461).
	Reply string
	// Retracts is the archive id, RetractsOrigin the sender's own id, of the
	// message that this one retracts (XEP-0424).
	Retracts, RetractsOrigin string
	// Moderates is the archive id of the message that a moderator removed
	// (XEP-0425); Reason is why.
	Moderates, Reason string
	// Tombstone reports that the archive has this in place of a message that a
	// moderator removed or its author retracted.
	Tombstone bool
	// Reacts is the archive id of the message that Reactions are to (XEP-0444).
	Reacts    string
	Reactions []string
	// Marker reports a chat marker (XEP-0333), which is no speech.
	Marker bool
	// Fallbacks are the parts of Body that only repeat what an extension says
	// (XEP-0428).
	Fallbacks []Fallback
	// Extra is the XML of the children that no other field holds.
	Extra string
}

// Fallback is a part of a body that is there for clients that do not know the
// extension For. Start and End count code points; both are -1 for the whole.
type Fallback struct {
	For        string
	Start, End int
}

// readArchived reads a <result/> of an archive query.
func readArchived(result *node) (ArchivedMessage, error) {
	m := ArchivedMessage{Archive: result.attr("id")}
	forwarded := result.child(nsForward, "forwarded")
	stamp := forwarded.child(nsDelay, "delay").attr("stamp")
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return m, fmt.Errorf("message %q: invalid stamp %q", m.Archive, stamp)
	}
	m.Time = at.UTC()
	message := forwarded.child(nsClient, "message")
	if message == nil {
		return m, fmt.Errorf("message %q: nothing is forwarded", m.Archive)
	}
	// As text: the library refuses some nicks that servers let through.
	_, m.Nick, _ = strings.Cut(message.attr("from"), "/")
	m.ID = message.attr("id")
	for _, c := range message.children {
		if err := m.readChild(message, c); err != nil {
			return m, fmt.Errorf("message %q: %w", m.Archive, err)
		}
	}
	return m, nil
}

// readChild reads one direct child of a message.
func (m *ArchivedMessage) readChild(message, c *node) error {
	switch c.start.Name.Space {
	case nsClient:
		m.readPlain(message, c)
	case nsOccupant:
		m.Occupant = c.attr("id")
	case nsStanzaID:
		if c.start.Name.Local == "origin-id" {
			m.Origin = c.attr("id")
		}
	case nsCorrect:
		m.Replaces = c.attr("id")
	case nsReply:
		m.Reply = c.attr("id")
	case nsReactions:
		m.takeReactions(c)
	case nsRetract, nsFasten, nsModerateOld, nsModerate, nsRetractOld:
		m.readRemoval(c)
	case nsFallback:
		m.takeFallback(c)
	case nsMarkers:
		m.Marker = m.Marker || c.start.Name.Local != "markable"
	case nsHints, nsMUCUser, nsDelay, "urn:xmpp:mam:tmp":
		// Hints are for the server, muc#user may have real JIDs, and an inner
		// delay is the sender's claim.
	default:
		text, err := c.xml()
		m.Extra += text
		return err
	}
	return nil
}

// readPlain reads a child that every client knows. The first body counts.
func (m *ArchivedMessage) readPlain(message, c *node) {
	switch c.start.Name.Local {
	case "body":
		if m.Body == "" {
			m.Body, m.Lang = c.content(), c.lang()
			if m.Lang == "" {
				m.Lang = message.lang()
			}
		}
	case "subject":
		m.Subject, m.HasSubject = c.content(), true
	}
}

func (m *ArchivedMessage) takeReactions(c *node) {
	m.Reacts = c.attr("id")
	for _, r := range c.children {
		if r.is(nsReactions, "reaction") {
			m.Reactions = append(m.Reactions, r.content())
		}
	}
}

// readRemoval reads an element of a retraction or a moderation, in the present
// or the former namespaces. A moderation counts only where the room itself
// sends it, and so without a nick.
func (m *ArchivedMessage) readRemoval(c *node) {
	moderated := c.child(nsModerate, "moderated")
	switch {
	case c.is(nsRetract, "retract") && moderated != nil:
		if m.Nick == "" {
			m.Moderates, m.Reason = c.attr("id"), c.child(nsRetract, "reason").content()
		}
	case c.is(nsRetract, "retract"):
		m.Retracts = c.attr("id")
	case c.is(nsRetract, "retracted"), c.is(nsRetractOld, "retracted"):
		m.Tombstone = true
		m.Reason = c.child(nsRetract, "reason").content()
	case c.is(nsModerateOld, "moderated"):
		m.Tombstone = true
		m.Reason = c.child(nsModerateOld, "reason").content()
	case c.is(nsFasten, "apply-to"):
		m.readApplyTo(c)
	}
}

// readApplyTo reads a former removal, fastened to a message (XEP-0422).
func (m *ArchivedMessage) readApplyTo(c *node) {
	if moderated := c.child(nsModerateOld, "moderated"); moderated != nil {
		if m.Nick == "" {
			m.Moderates, m.Reason = c.attr("id"), moderated.child(nsModerateOld, "reason").content()
		}
		return
	}
	if c.child(nsRetractOld, "retract") != nil {
		m.RetractsOrigin = c.attr("id")
	}
}

func (m *ArchivedMessage) takeFallback(c *node) {
	f := Fallback{For: c.attr("for"), Start: -1, End: -1}
	body := c.child(nsFallback, "body")
	if body == nil && len(c.children) > 0 {
		return // of another part than the body
	}
	start, errStart := strconv.Atoi(body.attr("start"))
	end, errEnd := strconv.Atoi(body.attr("end"))
	if errStart == nil && errEnd == nil && start >= 0 && start <= end {
		f.Start, f.End = start, end
	}
	m.Fallbacks = append(m.Fallbacks, f)
}
