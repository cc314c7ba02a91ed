package xep

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"mellium.im/xmlstream"

	"muster/xmppadmin/session"
)

const (
	nsForward = "urn:xmpp:forward:0"
	nsDelay   = "urn:xmpp:delay"
	nsClient  = "jabber:client"
)

// maxPage bounds the messages of one page, whatever was requested.
const maxPage = 10000

// ArchiveQuery selects one page of a message archive (XEP-0313 §4).
type ArchiveQuery struct {
	// After is the archive id behind which the page begins, or "".
	After string
	// Last selects the last page instead of the first.
	Last bool
	// Since leaves out what is older; not sent where it is zero.
	Since time.Time
	// Max is how many messages the page may have, at least 1. Servers have
	// limits of their own, and give fewer without saying so.
	Max int
}

// ArchivePage is one page of a message archive, oldest message first.
type ArchivePage struct {
	Messages []ArchivedMessage
	// First and Last are the archive ids at the ends of the page, empty where
	// the page is.
	First, Last string
	// Complete reports that nothing comes after the page. Servers omit it
	// where it is not so.
	Complete bool
	// Count is how many messages the query matches, -1 where the server does
	// not give it.
	Count int
}

// QueryArchive returns one page of the archive of the entity at (a JID), over
// one stream. Results count only where they come from exactly that JID and
// bear the identifier of this query: anyone may send messages that look like
// results. One query at a time may be made of an entity on a stream.
func QueryArchive(ctx context.Context, st *session.Stream, at string, q ArchiveQuery) (ArchivePage, error) {
	if q.Max < 1 {
		return ArchivePage{}, fmt.Errorf("archive of %s: invalid page size %d", at, q.Max)
	}
	collector := &archiveCollector{at: at, id: rand.Text()[:12]}
	stop, ok := st.Watch(at, collector.handle)
	if !ok {
		return ArchivePage{}, fmt.Errorf("archive of %s: another query is under way", at)
	}
	var fin archiveFin
	err := st.Set(ctx, at, q.payload(collector.id), &fin)
	stop()
	if err != nil {
		return ArchivePage{}, err
	}
	messages, err := collector.collected()
	if err != nil {
		return ArchivePage{}, fmt.Errorf("archive of %s: %w", at, err)
	}
	page := ArchivePage{
		Messages: messages, First: fin.Set.First, Last: fin.Set.Last,
		Complete: fin.Complete == "true" || fin.Complete == "1", Count: -1,
	}
	if fin.Set.Count != nil {
		page.Count = *fin.Set.Count
	}
	if err := page.check(q); err != nil {
		return ArchivePage{}, fmt.Errorf("archive of %s: %w", at, err)
	}
	return page, nil
}

// archiveFin ends a page (XEP-0313 §4.3).
type archiveFin struct {
	XMLName  xml.Name `xml:"urn:xmpp:mam:2 fin"`
	Complete string   `xml:"complete,attr"`
	Set      struct {
		First string `xml:"first"`
		Last  string `xml:"last"`
		Count *int   `xml:"count"`
	} `xml:"http://jabber.org/protocol/rsm set"`
}

// payload returns the query as XML. A max that is not positive must never be
// sent: Prosody answers -1 with an empty page that claims to be complete.
func (q ArchiveQuery) payload(id string) xml.TokenReader {
	var parts []xml.TokenReader
	if !q.Since.IsZero() {
		f := NewSubmission(FeatureMAM).With("start", q.Since.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05Z"))
		parts = append(parts, f.TokenReader())
	}
	set := []xml.TokenReader{textElement("max", strconv.Itoa(q.Max))}
	if q.After != "" {
		set = append(set, textElement("after", q.After))
	}
	if q.Last {
		set = append(set, element("", "before", nil))
	}
	parts = append(parts, element(FeatureRSM, "set", xmlstream.MultiReader(set...)))
	return element(FeatureMAM, "query", xmlstream.MultiReader(parts...), "queryid", id)
}

// check finds the contradictions in a page that would lose messages or take
// them twice.
func (p ArchivePage) check(q ArchiveQuery) error {
	if len(p.Messages) > q.Max {
		return fmt.Errorf("a page of %d messages in answer to a request for %d", len(p.Messages), q.Max)
	}
	seen := make(map[string]bool, len(p.Messages))
	for _, m := range p.Messages {
		if m.Archive == "" {
			return errors.New("a message without an archive id")
		}
		if seen[m.Archive] {
			return fmt.Errorf("the archive id %q is twice in a page", m.Archive)
		}
		seen[m.Archive] = true
	}
	if q.After != "" && p.Last == q.After {
		return fmt.Errorf("the page behind %q ends with it", q.After)
	}
	if len(p.Messages) == 0 && p.First+p.Last != "" {
		return fmt.Errorf("a page from %q to %q has no messages", p.First, p.Last)
	}
	if n := len(p.Messages); n > 0 && (p.First != p.Messages[0].Archive || p.Last != p.Messages[n-1].Archive) {
		return fmt.Errorf("a page from %q to %q has messages from %q to %q",
			p.First, p.Last, p.Messages[0].Archive, p.Messages[n-1].Archive)
	}
	return nil
}

// archiveCollector gathers the results of one query while the stream is read.
type archiveCollector struct {
	at string // the archive's JID
	id string // of the query

	mu       sync.Mutex
	messages []ArchivedMessage
	err      error // the first message that could not be read
}

func (c *archiveCollector) collected() ([]ArchivedMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.messages, c.err
}

// handle receives each stanza from the archive's JID and its resources. Those
// of a room's resources come from its occupants.
func (c *archiveCollector) handle(name string, t xml.TokenReader) error {
	stanza, err := readNode(t)
	if err != nil {
		return err
	}
	result := stanza.child(FeatureMAM, "result")
	if name != "message" || !strings.EqualFold(stanza.attr("from"), c.at) || result == nil || result.attr("queryid") != c.id {
		return nil
	}
	m, err := readArchived(result)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.err == nil {
		c.err = err
	}
	if len(c.messages) < maxPage {
		c.messages = append(c.messages, m)
	}
	return nil
}
