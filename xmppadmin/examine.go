package xmppadmin

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mellium.im/xmlstream"
)

// Verdict is the outcome of one check.
type Verdict string

// The outcomes. Warn is for what may be well or may not be seen from here.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn"
	Fail Verdict = "FAIL"
)

// Finding is what one check of a connection or a service has found.
type Finding struct {
	// Check says what was looked at: "login", "room rights", ….
	Check   string
	Verdict Verdict
	// Text says what was found, Hint what to do about it.
	Text, Hint string
}

// Connection describes how the client is connected.
type Connection struct {
	Address   string
	TLS       string    // the version, as in "TLS 1.3"
	Expires   time.Time // when the server's certificate does
	Mechanism string    // of SASL
}

// Connection returns how the client is, or was last, connected.
func (c *Client) Connection() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stream == nil {
		return Connection{}
	}
	return c.stream.facts
}

// Examine looks at everything between this account and a logged, public room.
// To see what the account may do and what rooms offer, it makes a temporary
// room under a random name and destroys it. soon is before when a certificate
// that expires is worth a warning.
func (s *Service) Examine(ctx context.Context, soon time.Time) []Finding {
	findings := []Finding{s.examineConnection(soon), s.examineServer(), s.examineDialect()}
	findings = append(findings, s.examineRoom(ctx)...)
	return append(findings, s.examineRetention(ctx)...)
}

func (s *Service) examineConnection(soon time.Time) Finding {
	at := s.client.Connection()
	f := Finding{Check: "login", Verdict: OK, Text: fmt.Sprintf("%s at %s, %s, %s, certificate until %s",
		s.client.JID(), at.Address, at.TLS, at.Mechanism, at.Expires.UTC().Format("2006-01-02"))}
	if at.Expires.Before(soon) {
		f.Verdict, f.Hint = Warn, "renew the certificate of "+s.client.Domain()
	}
	return f
}

func (s *Service) examineServer() Finding {
	name, version := s.Software()
	text := strings.TrimSpace(name + " " + version)
	if text == "" {
		return Finding{Check: "server", Verdict: Warn, Text: "it does not tell what it is",
			Hint: "load the module for XEP-0092 (version on Prosody, mod_version on ejabberd) to get better advice"}
	}
	return Finding{Check: "server", Verdict: OK, Text: text}
}

// examineDialect says how the service is spoken to, and which commands would
// make it better.
func (s *Service) examineDialect() Finding {
	f := Finding{Check: "commands", Verdict: OK, Text: fmt.Sprintf("%s, dialect %s", s.domain, s.Name())}
	if s.Name() != "owner" {
		return f
	}
	f.Verdict = Warn
	f.Text += ": rooms are made and looked at one by one, and hidden ones are not seen"
	f.Hint = s.betterDialect()
	if f.Hint == "" {
		f.Verdict = OK
	}
	return f
}

// betterDialect says what the server lacks for a dialect of commands.
func (s *Service) betterDialect() string {
	switch strings.ToLower(s.facts.software) {
	case "prosody":
		var missing []string
		for _, node := range companionNodes {
			if !s.offers(node) {
				missing = append(missing, strings.TrimPrefix(node, formAdmin+"#"))
			}
		}
		return fmt.Sprintf(`not offered to %s: %s; load "admin_muc" (the companion module) on the component %q and list %s in admins`,
			s.client.JID(), strings.Join(missing, ", "), s.domain, s.client.JID())
	case "ejabberd":
		var missing []string
		for _, command := range ejabberdCommands {
			if !slices.Contains(s.facts.atDomain, nodeAPI+command) {
				missing = append(missing, command)
			}
		}
		return fmt.Sprintf("not offered to %s: %s; enable mod_adhoc_api (ejabberd 25.03 and later) and allow the account these by api_permissions",
			s.client.JID(), strings.Join(missing, ", "))
	default:
		return ""
	}
}

// examineRoom makes a temporary room, looks at what it offers, and destroys it.
func (s *Service) examineRoom(ctx context.Context) []Finding {
	name := "muster-doctor-" + strings.ToLower(rand.Text()[:12])
	address, err := s.jid(name)
	if err != nil {
		return []Finding{{Check: "room rights", Verdict: Fail, Text: err.Error()}}
	}
	plain := &owner{service: s}
	stay, err := s.client.join(ctx, address, plain.nick())
	if err != nil {
		return []Finding{s.cannotCreate(err)}
	}
	defer stay.leave()
	form, err := plain.form(ctx, address)
	if err != nil {
		return []Finding{{Check: "room rights", Verdict: Fail, Text: fmt.Sprintf("a room was made and cannot be configured: %v", err)}}
	}
	info, err := s.client.discoInfo(ctx, address)
	findings := []Finding{{Check: "room rights", Verdict: OK, Text: s.client.JID() + " may make and configure rooms"}}
	findings = append(findings, s.examineSettings(form, err == nil && info.has(nsMAM))...)
	if err := s.destroy(ctx, address); err != nil {
		findings = append(findings, Finding{Check: "clean-up", Verdict: Warn,
			Text: fmt.Sprintf("the temporary room %s could not be destroyed: %v", address, err), Hint: "destroy it by hand"})
	}
	return findings
}

func (s *Service) cannotCreate(err error) Finding {
	f := Finding{Check: "room rights", Verdict: Fail, Text: fmt.Sprintf("%s may not make rooms: %v", s.client.JID(), err)}
	if errors.Is(err, ErrForbidden) {
		switch strings.ToLower(s.facts.software) {
		case "prosody":
			f.Hint = fmt.Sprintf(`restrict_room_creation of the component %q keeps it out: set it to "local" or false, or list %s in admins`, s.domain, s.client.JID())
		case "ejabberd":
			f.Hint = fmt.Sprintf("access_create of mod_muc keeps it out: allow %s", s.client.JID())
		default:
			f.Hint = "the service restricts who may make rooms: allow " + s.client.JID()
		}
	}
	return f
}

// examineSettings holds the promise of a room against what its form offers.
func (s *Service) examineSettings(form Form, archives bool) []Finding {
	has := func(field string) bool { _, ok := form.Field(field); return ok }
	var findings []Finding
	for _, setting := range []Setting{Persistent, Public, MessageArchive} {
		f := Finding{Check: strings.ReplaceAll(string(setting), "_", " "), Verdict: OK, Text: "rooms can have it"}
		_, offered := fieldOf(setting, has)
		switch {
		case setting == MessageArchive && !offered && archives:
			f.Text = "the service archives every room"
		case !offered:
			f.Verdict, f.Text, f.Hint = Fail, "rooms do not offer it", s.Explain(setting)
		}
		findings = append(findings, f)
	}
	if _, ok := fieldOf(PublicLog, has); ok {
		findings = append(findings, Finding{Check: "public log", Verdict: OK, Text: "rooms can have it"})
	}
	return findings
}

// enoughMessages is how many messages of a room a storage must at least hold
// for its log to count as permanent: more than a room has seen in many years.
const enoughMessages = 1_000_000

// examineRetention says whether the archive keeps what it is given. Only the
// companion module can tell; ejabberd keeps everything unless somebody deletes
// it by hand.
func (s *Service) examineRetention(ctx context.Context) []Finding {
	f := Finding{Check: "retention", Verdict: OK}
	switch d := s.Dialect.(type) {
	case *companion:
		table, err := d.table(ctx, "", []string{"muster-doctor"})
		if err != nil {
			return []Finding{{Check: f.Check, Verdict: Fail, Text: err.Error()}}
		}
		return s.prosodyRetention(table)
	case *ejabberd:
		f.Text = "mod_mam keeps messages until somebody runs delete_old_mam_messages"
	default:
		if strings.EqualFold(s.facts.software, "prosody") {
			f.Verdict, f.Text = Warn, "how long the archive is kept cannot be seen without the companion module"
			f.Hint = fmt.Sprintf(`make sure that muc_log_expires_after = "never" on the component %q (the default keeps a week), and that storage_archive_item_limit is high or the archive is in SQL`, s.domain)
			return []Finding{f}
		}
		f.Text = "how long the archive is kept cannot be seen from here"
	}
	return []Finding{f}
}

func (s *Service) prosodyRetention(table Form) []Finding {
	expires, archived := table.Field("archive_expires")
	if !archived {
		return nil // that there is no archive has been said
	}
	var findings []Finding
	f := Finding{Check: "retention", Verdict: OK, Text: "messages never expire"}
	if expires.Value() != "never" {
		f.Verdict, f.Text = Fail, "messages are deleted after "+expires.Value()
		f.Hint = fmt.Sprintf(`set muc_log_expires_after = "never" on the component %q`, s.domain)
	}
	findings = append(findings, f)
	if limit, ok := table.Field("archive_limit"); ok {
		n, err := strconv.Atoi(limit.Value())
		f := Finding{Check: "archive limit", Verdict: OK, Text: fmt.Sprintf("the last %s messages of each room are kept", limit.Value())}
		if err != nil || n < enoughMessages {
			f.Verdict = Fail
			f.Text += "; older ones are dropped without a word"
			f.Hint = fmt.Sprintf("set storage_archive_item_limit = %d on the component, or keep muc_log in SQL", 10*enoughMessages)
		}
		findings = append(findings, f)
	}
	return findings
}

// destroy destroys a room of this account's own making (XEP-0045 §10.9).
func (s *Service) destroy(ctx context.Context, room string) error {
	end := xmlstream.Wrap(
		xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "destroy"}}),
		xml.StartElement{Name: xml.Name{Space: nsOwner, Local: "query"}},
	)
	return s.client.change(ctx, room, end, nil)
}

// companionNodes are the commands that make the dialect prosody, sorted.
var companionNodes = slices.Sorted(slices.Values([]string{nodeCreate, nodeConfigure, nodeArchive, nodeReopen, nodeGet}))
