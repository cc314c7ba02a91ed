package xmppadmin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin/dialect"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

type (
	// Finding is the outcome of one check of a connection or a service.
	Finding = dialect.Finding
	// Verdict is the outcome of one check: OK, Warn or Fail.
	Verdict = dialect.Verdict
)

// The outcomes. Warn is for what may be right, or cannot be seen from here.
const (
	OK   = dialect.OK   // "ok"
	Warn = dialect.Warn // "warn"
	Fail = dialect.Fail // "fail"
)

// Examine checks what is between this account and a logged, public room. To
// find out what the account may do and what rooms offer, it makes a temporary
// room under a random name and destroys it. A certificate that expires before
// soon is a warning.
func (s *Service) Examine(ctx context.Context, soon time.Time) []Finding {
	findings := []Finding{s.examineConnection(soon), s.examineServer(), s.examineDialect()}
	room, form := s.examineRoom(ctx)
	findings = append(findings, room...)
	// Where the account may not make rooms at all, that was found above.
	if byCommand := s.Name() != "owner" && s.Name() != "openfire"; byCommand || len(form.Fields) > 0 {
		findings = append(findings, s.examineCommands(ctx, form))
	}
	findings = append(findings, s.dialect.Retention(ctx)...)
	return append(findings, s.examineAnnouncements(), s.examineRate(ctx))
}

// The burst of small requests that shows whether the server slows an account
// down, and how long it may take.
const (
	burst     = 300
	burstTime = 3 * time.Second
)

// examineRate sends a burst of small requests. One that takes long is slowed
// down by the server's limits, as the first apply of many rooms will be.
func (s *Service) examineRate(ctx context.Context) Finding {
	began := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	for range burst {
		g.Go(func() error {
			_, err := xep.Info(gctx, s.conn.Client, s.conn.Client.Domain())
			return err
		})
	}
	err := g.Wait()
	took := time.Since(began)
	f := Finding{Check: "rate", Verdict: OK, Text: fmt.Sprintf("%d requests in %s", burst, took.Round(time.Millisecond))}
	switch {
	case err != nil:
		f.Verdict, f.Text = Warn, err.Error()
	case took > burstTime:
		f.Verdict = Warn
		f.Text += ": the server seems to limit how fast this account may send, and an apply of many rooms will be slow"
		f.Hint = dialect.RateHint(s.conn, s.dialect) + " (docs/servers.md)"
	}
	return f
}

func (s *Service) examineConnection(soon time.Time) Finding {
	at := s.conn.Client.Connection()
	f := Finding{Check: "login", Verdict: OK, Text: fmt.Sprintf("%s at %s, %s, %s, certificate until %s",
		s.conn.Client.JID(), at.Address, at.TLS, at.Mechanism, at.Expires.UTC().Format("2006-01-02"))}
	if at.Expires.Before(soon) {
		f.Verdict, f.Hint = Warn, "renew the certificate of "+s.conn.Client.Domain()
	} else if at.Mechanism == "PLAIN" {
		f.Verdict, f.Hint = Warn, "the server offers no SCRAM mechanism, so that it is sent the password itself: let it offer SCRAM-SHA-256"
	}
	return f
}

func (s *Service) examineServer() Finding {
	name, version := s.Software()
	text := strings.TrimSpace(name + " " + version)
	if text == "" {
		return Finding{Check: "server", Verdict: Warn, Text: "it does not give its name",
			Hint: "load the module for XEP-0092 (version on Prosody, mod_version on ejabberd) to get better advice"}
	}
	return Finding{Check: "server", Verdict: OK, Text: text}
}

// examineDialect reports the dialect, and which commands would make it better.
func (s *Service) examineDialect() Finding {
	f := Finding{Check: "commands", Verdict: OK, Text: fmt.Sprintf("%s, dialect %s", s.Domain(), s.Name())}
	if s.Name() != "owner" {
		return f
	}
	f.Verdict = Warn
	f.Text += ": rooms are made and looked at one by one, and hidden ones are not seen"
	f.Hint = dialect.BetterDialect(s.conn, s.dialect)
	if f.Hint == "" {
		f.Verdict = OK
	}
	return f
}

// examineRoom makes a temporary room, looks at what it offers, and destroys it.
// It returns the room's form as well, where it got that far.
func (s *Service) examineRoom(ctx context.Context) ([]Finding, xep.Form) {
	const check = "room rights"
	client, name := s.conn.Client, temporaryName()
	address, err := s.conn.JID(name)
	if err != nil {
		return []Finding{{Check: check, Verdict: Fail, Text: err.Error()}}, xep.Form{}
	}
	st, err := client.Stream(ctx)
	if err != nil {
		return []Finding{{Check: check, Verdict: Fail, Text: err.Error()}}, xep.Form{}
	}
	stay, err := xep.Join(ctx, st, address, name, "") // the nick is not one that users register
	if err != nil {
		f := s.cannotCreate(err)
		if errors.Is(err, ErrInterrupted) { // the room may have been made
			s.destroyTemporary(ctx, name, &f)
		}
		return []Finding{f}, xep.Form{}
	}
	defer stay.Leave(ctx)
	findings := []Finding{{Check: check, Verdict: OK, Text: client.JID() + " may make and configure rooms"}}
	form, err := xep.RoomForm(ctx, st, address)
	if err != nil {
		findings[0].Verdict, findings[0].Text = Fail, fmt.Sprintf("a room was made and cannot be configured: %v", err)
	} else {
		info, err := xep.Info(ctx, st, address)
		findings = append(findings, s.examineSettings(form, err == nil && info.Has(xep.FeatureMAM))...)
		findings = append(findings, dialect.ExamineArchiving(ctx, s.conn, s.dialect, form))
	}
	clean := Finding{Check: "clean-up", Verdict: OK}
	s.destroyOver(ctx, st, name, address, &clean)
	if clean.Verdict != OK {
		findings = append(findings, clean)
	}
	return findings, form
}

// temporaryName returns a name that no other room has.
func temporaryName() string { return "muster-doctor-" + strings.ToLower(rand.Text()[:12]) }

// examineCommands makes a temporary room, reads, changes and destroys it, by the
// calls by which an apply does the same. plain is the form of a room that was
// made without them.
func (s *Service) examineCommands(ctx context.Context, plain xep.Form) (f Finding) {
	f = Finding{Check: "room commands", Verdict: OK, Text: "a room was made, read and changed by the commands of dialect " + s.Name()}
	name := temporaryName()
	set := Settings{Title: "muster doctor: a trial", Persistent: True, Public: False}
	defer s.destroyTemporary(ctx, name, &f) // a room may have been made where that failed, too
	err := s.dialect.Create(ctx, name, set)
	if err == nil {
		err = s.checkRoom(ctx, name, set)
	}
	var why string
	if err == nil {
		why, err = dialect.ExamineCreation(ctx, s.dialect, name, set, plain)
	}
	if why != "" {
		f.Text += ", which makes rooms by plain XEP-0045: " + why
	}
	if err == nil {
		set = Settings{Title: "muster doctor: changed"}
		err = s.dialect.Configure(ctx, name, set)
	}
	if err == nil {
		err = s.checkRoom(ctx, name, set)
	}
	if err != nil {
		f.Verdict, f.Text = Fail, fmt.Sprintf("the commands of dialect %s do not make and change rooms: %v", s.Name(), err)
		f.Hint = "what the error names must be changed on the server"
		if s.Name() != "owner" {
			f.Hint += "; dialect owner does without these commands"
		}
	}
	return f
}

// checkRoom reads a room and compares it with these settings.
func (s *Service) checkRoom(ctx context.Context, name string, set Settings) error {
	rooms, err := s.dialect.Read(ctx, []string{name})
	switch {
	case err != nil:
		return err
	case rooms[0].Err != nil:
		return rooms[0].Err
	case rooms[0].State != Exists || !rooms[0].Managed:
		return fmt.Errorf("the server reported success, but room %q is not there, or not of this account", name)
	}
	for _, setting := range set.Names() {
		if got, shown := rooms[0].Settings[setting]; shown && got != set[setting] {
			return fmt.Errorf("the server reported success, but %s is %q, not %q", setting, got, set[setting])
		}
	}
	return nil
}

// cleanUpTime is how long temporary rooms may take to be destroyed when an
// examination was interrupted.
const cleanUpTime = 10 * time.Second

// destroyOver destroys a temporary room that this account is in over a stream,
// and as destroyTemporary where that fails.
func (s *Service) destroyOver(ctx context.Context, st *session.Stream, name, address string, f *Finding) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	if err := xep.DestroyRoom(last, st, address, Destruction{}); err != nil {
		s.destroyTemporary(ctx, name, f)
	}
}

// destroyTemporary destroys a room that an examination has made, or may have
// made, even when ctx has ended. A failure becomes the finding, or is added to
// it.
func (s *Service) destroyTemporary(ctx context.Context, name string, f *Finding) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	if rooms, err := s.dialect.Read(ctx, []string{name}); err == nil && rooms[0].State == Absent {
		return
	}
	address, err := s.conn.JID(name)
	if err == nil {
		// Of a room that is persistent Prosody would keep a tombstone. It is
		// destroyed with one where that cannot be changed.
		err = s.dialect.Configure(ctx, name, Settings{Persistent: False})
	}
	if !errors.Is(err, ErrAbsent) {
		err = xep.DestroyRoom(ctx, s.conn.Client, address, Destruction{})
	}
	if err == nil || errors.Is(err, ErrAbsent) {
		return
	}
	text, hint := fmt.Sprintf("the temporary room %s could not be destroyed: %v", address, err), "destroy it by hand"
	if f.Verdict == OK {
		f.Verdict, f.Text, f.Hint = Warn, text, hint
	} else {
		f.Text += "; " + text
		f.Hint = strings.TrimPrefix(f.Hint+"; "+hint, "; ")
	}
}

func (s *Service) cannotCreate(err error) Finding {
	f := Finding{Check: "room rights", Verdict: Fail, Text: fmt.Sprintf("%s may not make rooms: %v", s.conn.Client.JID(), err)}
	if errors.Is(err, ErrForbidden) {
		f.Hint = dialect.CreationHint(s.conn, s.dialect)
	}
	return f
}

// examineSettings compares what the service promises of each room with what
// the form of one offers.
func (s *Service) examineSettings(form xep.Form, archives bool) []Finding {
	var findings []Finding
	for _, setting := range []Setting{Persistent, Public, MessageArchive} {
		f := Finding{Check: strings.ReplaceAll(string(setting), "_", " "), Verdict: OK, Text: "rooms can have it"}
		_, offered := dialect.FieldOf(setting, form.Has)
		switch {
		case setting == MessageArchive && !offered && archives:
			f.Text = "the service archives every room"
		case !offered:
			f.Verdict, f.Text, f.Hint = Fail, "rooms do not offer it", s.Explain(setting)
		}
		findings = append(findings, f)
	}
	f := Finding{Check: "public log", Verdict: OK, Text: "rooms can have it"}
	if _, ok := dialect.FieldOf(PublicLog, form.Has); !ok {
		f.Text = strings.TrimSuffix("rooms do not offer it: "+s.Explain(PublicLog), ": ")
	}
	return append(findings, f)
}
