package desk_test

import (
	"context"
	"encoding/xml"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/cmd/muster/internal/desk"
	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// nowhere is a name service that does not answer.
func nowhere() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name service")
	}}
}

// silent is a session on which all requests fail.
type silent struct{}

func (silent) Get(context.Context, string, xml.TokenReader, any) error { return errors.New("no desk") }
func (silent) Set(context.Context, string, xml.TokenReader, any) error { return errors.New("no desk") }

// patient is a desk under examination.
type patient struct {
	x      *desk.Examination
	server *xmpptest.ComponentServer
	d      *tracker
}

// examined returns a desk with which all is well.
func examined(t *testing.T) *patient {
	t.Helper()
	server := xmpptest.NewComponentServer(t, "s3cret")
	d := &tracker{list: agenda.RoleList{Confirmed: noon, Roles: make([]agenda.Role, 3)}}
	x := &desk.Examination{
		Config:   frontdesk.Config{Domain: "desk.example.org", Local: "example.org", Name: "IETF room desk", Secretariat: []string{"amy@example.org"}},
		Address:  server.Addr(),
		Database: filepath.Join(t.TempDir(), "desk.db"), Secret: func(context.Context) (string, error) { return "s3cret", nil },
		People: d.people(func() time.Time { return noon }), Resolver: nowhere(), Now: noon, Hint: func(error) string { return "the hint" },
		CheckMail: func(context.Context) error { return nil },
	}
	return &patient{x, server, d}
}

// TestExamination spoils one thing at a time.
func TestExamination(t *testing.T) {
	t.Parallel()
	const ok, warn, fail = xmppadmin.OK, xmppadmin.Warn, xmppadmin.Fail
	for name, c := range map[string]struct {
		spoil   func(*patient)
		check   string
		verdict xmppadmin.Verdict
		text    string
	}{
		"no database": {nil, "desk database", ok, "does not exist yet"},
		"a database": {func(p *patient) {
			_ = desk.With(p.x.Database, func(s *frontdesk.Store) error {
				_, err := s.Add(context.Background(), frontdesk.Request{Room: "quic-dt", Title: "x", Until: "2026-07-31", JID: "a@example.org"}, false, noon)
				return err
			})
		}, "desk database", ok, "requests: 1 pending, messages to send: 1"},
		"a damaged database": {func(p *patient) {
			_ = os.WriteFile(p.x.Database, []byte("this is not a database, however long it may be"), 0o600)
		}, "desk database", fail, "not a database"},
		"no desk": {nil, "desk lock", warn, "no desk runs"},
		"a desk": {func(p *patient) { p.x.Running = "muster desk process 12" },
			"desk lock", ok, "held by muster desk process 12"},
		"a component": {nil, "desk component", ok, "takes the component desk.example.org"},
		"a component that is in use": {func(p *patient) { p.x.Running, p.x.Address = "a desk", "127.0.0.1:1" },
			"desk component", ok, "the secret can be read"},
		"a desk that does not answer": {func(p *patient) {
			p.x.Running, p.x.Account, p.x.Hint = "a desk", silent{}, func(error) string { return "" }
		}, "desk service", fail, "desk.example.org does not answer: no desk"},
		"another secret": {func(p *patient) {
			p.x.Secret = func(context.Context) (string, error) { return "other", nil }
		}, "desk component", fail, "not-authorized"},
		"no secret": {func(p *patient) {
			p.x.Secret = func(context.Context) (string, error) { return "", errors.New("no such file") }
		}, "desk component", fail, "no such file"},
		"no server":           {func(p *patient) { p.x.Address = "127.0.0.1:1" }, "desk component", fail, "127.0.0.1:1"},
		"no name":             {nil, "desk dns", ok, "only people of this server"},
		"no name, for remote": {func(p *patient) { p.x.Config.Remote = true }, "desk dns", warn, "desk.example.org is not in DNS"},
		"roles":               {nil, "desk roles", ok, "3 roles, confirmed at 2026-07-01 12:00:00 UTC"},
		"old roles": {func(p *patient) { p.d.list.Confirmed = noon.Add(-25 * time.Hour) },
			"desk roles", warn, "confirmed at 2026-06-30"},
		"half of the roles": {func(p *patient) { p.d.list.Unread = 2 }, "desk roles", warn, "could not be read: 2"},
		"no roles":          {func(p *patient) { p.d.list.Roles = nil }, "desk roles", warn, "0 roles"},
		"no Datatracker":    {func(p *patient) { p.d.err = errors.New("no answer") }, "desk roles", fail, "no answer"},
		"mail":              {nil, "desk mail", ok, "takes the login"},
		"no mail": {func(p *patient) {
			p.x.CheckMail = func(context.Context) error { return errors.New("authentication failed") }
		}, "desk mail", fail, "authentication failed"},
		"a secretariat":  {nil, "desk secretariat", ok, "amy@example.org"},
		"no secretariat": {func(p *patient) { p.x.Config.Secretariat = nil }, "desk secretariat", warn, "no account answers"},
		"a remote one": {func(p *patient) { p.x.Config.Secretariat = []string{"amy@example.net"} },
			"desk secretariat", warn, "amy@example.net"},
		"a trusted remote": {func(p *patient) {
			p.x.Config.Secretariat, p.x.Config.Remote = []string{"amy@example.net"}, true
		}, "desk secretariat", ok, "amy@example.net"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := examined(t)
			if c.spoil != nil {
				c.spoil(p)
			}
			found := p.x.Run(t.Context())
			failed := 0
			for _, f := range found.All {
				if f.Verdict == fail {
					failed++
				}
				if f.Check == c.check && (f.Verdict != c.verdict || !strings.Contains(f.Text, c.text) || f.Verdict != ok && f.Hint == "") {
					t.Errorf("it is %+v, not %s with %q", f, c.verdict, c.text)
				}
			}
			if !strings.Contains(names(found), c.check+",") || failed != len(found.Errors) || (failed > 0) != (c.verdict == fail) {
				t.Errorf("%d failed (%v) of %s", failed, found.Errors, names(found))
			}
			if p.x.Running != "" && p.server.Tries() > 0 {
				t.Error("the component is tried beside a desk that runs")
			}
		})
	}
}

// TestExaminationOfSecret has the error of a refused secret be one of the service.
func TestExaminationOfSecret(t *testing.T) {
	t.Parallel()
	p := examined(t)
	p.x.Secret = func(context.Context) (string, error) { return "other", nil }
	found := p.x.Run(t.Context())
	var connect *session.ConnectError
	if len(found.Errors) != 1 || !errors.As(found.Errors[0], &connect) || !errors.Is(found.Errors[0], xmppadmin.ErrUnavailable) {
		t.Errorf("the errors are %v", found.Errors)
	}
}

// names returns the checks that were made.
func names(f *desk.Findings) string {
	var all strings.Builder
	for _, one := range f.All {
		all.WriteString(one.Check + ",")
	}
	return all.String()
}
