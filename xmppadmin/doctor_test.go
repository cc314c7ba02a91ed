package xmppadmin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

func find(findings []xmppadmin.Finding, check string) xmppadmin.Finding {
	for _, f := range findings {
		if f.Check == check {
			return f
		}
	}
	return xmppadmin.Finding{}
}

// TestExamineHealthy has nothing to complain of where nothing is wrong, and
// leaves nothing behind.
func TestExamineHealthy(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
		findings := s.Examine(t.Context(), time.Now())
		for _, f := range findings {
			if f.Verdict == xmppadmin.Fail {
				t.Errorf("%+v", f)
			}
			if f.Verdict != xmppadmin.OK && f.Hint == "" {
				t.Errorf("there is no hint with %+v", f)
			}
		}
		for _, check := range []string{"login", "server", "commands", "room rights", "persistent", "public", "message archive", "archived rooms", "retention"} {
			if find(findings, check).Check == "" {
				t.Errorf("there is no check of %q", check)
			}
		}
		if f := find(findings, "room commands"); f.Verdict != xmppadmin.OK {
			t.Errorf("of the commands it found %+v", f)
		}
		wait(t, "the temporary rooms are gone", func() bool {
			rooms, err := s.Survey(t.Context(), nil)
			return err == nil && len(rooms) == 0
		})
	})
}

// TestExamineBroken breaks one thing at a time.
func TestExamineBroken(t *testing.T) {
	t.Parallel()
	const week, few = `muc_log_expires_after = "1w"`, `storage_archive_item_limit = 20`
	tests := []struct {
		name    string
		start   func(*testing.T) *fixtures.Server
		check   string
		verdict xmppadmin.Verdict
		hint    string
	}{
		{"prosody: no archive", onProsody(prosody.Options{Companion: true, NoArchive: true}), "message archive", xmppadmin.Fail, `"muc_mam"`},
		{"prosody: messages expire", onProsody(prosody.Options{Companion: true, MUC: week}),
			"retention", xmppadmin.Fail, `muc_log_expires_after = "never"`},
		{"prosody: few messages kept", onProsody(prosody.Options{Companion: true, MUC: few}),
			"archive limit", xmppadmin.Fail, "storage_archive_item_limit"},
		{"prosody: creation restricted", onProsody(prosody.Options{NotAdmin: true, MUC: "restrict_room_creation = true"}),
			"room rights", xmppadmin.Fail, "restrict_room_creation"},
		{"prosody: no administrator", onProsody(prosody.Options{Companion: true, NotAdmin: true}),
			"commands", xmppadmin.Warn, "list muster@example.org in admins"},
		{"prosody: no companion", onProsody(prosody.Options{}), "commands", xmppadmin.Warn, `"admin_muc"`},
		{"prosody: no companion to see the archive", onProsody(prosody.Options{}), "retention", xmppadmin.Warn, "muc_log_expires_after"},
		{"prosody 13: no archive", onProsody(prosody.Options{Version: "13", Companion: true, NoArchive: true}),
			"message archive", xmppadmin.Fail, `"muc_mam"`},
		{"prosody 13: messages expire", onProsody(prosody.Options{Version: "13", Companion: true, MUC: week}),
			"retention", xmppadmin.Fail, `muc_log_expires_after = "never"`},
		{"prosody 13: few messages kept", onProsody(prosody.Options{Version: "13", Companion: true, MUC: few}),
			"archive limit", xmppadmin.Fail, "storage_archive_item_limit"},
		{"prosody 13: creation restricted", onProsody(prosody.Options{Version: "13", NotAdmin: true, MUC: "restrict_room_creation = true"}),
			"room rights", xmppadmin.Fail, "restrict_room_creation"},
		{"prosody 13: rooms not public", onProsody(prosody.Options{Version: "13", NotAdmin: true, MUC: "muc_room_allow_public = false"}),
			"public", xmppadmin.Fail, "muc_room_allow_public"},
		{"prosody 13: rooms not persistent", onProsody(prosody.Options{Version: "13", NotAdmin: true, MUC: "muc_room_allow_persistent = false"}),
			"persistent", xmppadmin.Fail, "muc_room_allow_persistent"},
		{"ejabberd: no archive", onEjabberd(ejabberd.Options{NoArchive: true}), "message archive", xmppadmin.Fail, "mod_mam"},
		{"ejabberd: creation restricted", onEjabberd(ejabberd.Options{NotAdmin: true, MUC: "access_create: [{allow: admin}]"}),
			"room rights", xmppadmin.Fail, "access_create"},
		{"ejabberd: rooms not persistent", onEjabberd(ejabberd.Options{NotAdmin: true, MUC: "access_persistent: [{allow: admin}]"}),
			"persistent", xmppadmin.Fail, "access_persistent"},
		{"ejabberd: no administrator", onEjabberd(ejabberd.Options{NotAdmin: true}), "commands", xmppadmin.Warn, "api_permissions"},
		{"ejabberd: no commands", onEjabberd(ejabberd.Options{NoAdhocAPI: true}), "commands", xmppadmin.Warn, "mod_adhoc_api"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			findings := open(t, test.start(t), "auto").Examine(t.Context(), time.Now())
			f := find(findings, test.check)
			if f.Verdict != test.verdict || !strings.Contains(f.Hint, test.hint) {
				t.Errorf("the check of %q found %+v, not %s with a hint at %s\nall: %+v", test.check, f, test.verdict, test.hint, findings)
			}
		})
	}
}

// TestExamineWithoutPrivateStorage: an ejabberd without mod_private keeps nothing
// of what archiving changes, and no room of it can be archived.
func TestExamineWithoutPrivateStorage(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"ejabberd", "owner"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := open(t, ejabberd.New(t, ejabberd.Options{}), dialect)
			f := find(s.Examine(t.Context(), time.Now()), "archived rooms")
			if f.Verdict != xmppadmin.Fail || !strings.Contains(f.Hint, "mod_private") {
				t.Errorf("the check found %+v", f)
			}
			create(t, s, "quic", live("quic"))
			if err := s.Archive(t.Context(), "quic", archived); err == nil {
				t.Error("the room was archived")
			}
			if got := read(t, s, "quic"); got.Archived || got.HalfArchived || got.Settings[xmppadmin.Moderated] == xmppadmin.True {
				t.Errorf("the room is %+v", got)
			}
		})
	}
}

// TestExaminePlain has a server that offers no SCRAM mechanism.
func TestExaminePlain(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{
		Global: `disable_sasl_mechanisms = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS" }`,
	})(t)
	f := find(open(t, p, "auto").Examine(t.Context(), time.Now()), "login")
	if f.Verdict != xmppadmin.Warn || !strings.Contains(f.Text, "PLAIN") || !strings.Contains(f.Hint, "no SCRAM mechanism") {
		t.Errorf("the finding on a login by PLAIN is %+v", f)
	}
}

func TestExpiringCertificate(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{})(t)
	f := find(open(t, p, "auto").Examine(t.Context(), time.Now().AddDate(0, 2, 0)), "login")
	if f.Verdict != xmppadmin.Warn || !strings.Contains(f.Hint, "renew the certificate of example.org") {
		t.Errorf("the finding on a certificate that expires soon is %+v", f)
	}
}

func TestExpiredCertificate(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"prosody":  onProsody(prosody.Options{Expired: true}),
		"ejabberd": onEjabberd(ejabberd.Options{Expired: true}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := session.Dial(t.Context(), config(t, start(t)))
			var ce *session.ConnectError
			if !errors.As(err, &ce) || !strings.Contains(err.Error(), "expired") || ce.Hint.Kind != session.HintCertificate {
				t.Errorf("the error on an expired certificate is %v", err)
			}
		})
	}
}

// TestExamineLeavesNoRooms interrupts an examination at each of its requests, and
// has each of them refused, on servers that keep every room for good. A room that
// cannot be destroyed is named.
func TestExamineLeavesNoRooms(t *testing.T) {
	t.Parallel()
	const keep = "muc_room_default_persistent = true"
	tests := []struct {
		name  string
		start func(*testing.T) *fixtures.Server
	}{
		{"prosody 0.12 with companion", onProsody(prosody.Options{Companion: true, MUC: keep})},
		{"prosody 13 without", onProsody(prosody.Options{Version: "13", MUC: keep})},
		{"ejabberd with mod_adhoc_api", onEjabberd(ejabberd.Options{MUC: "default_room_options: {persistent: true}"})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := test.start(t)
			w, looking := newTap(t, p), open(t, p, "auto")
			for _, what := range []fate{pass, refuse} {
				for n, more := 0, true; more; n++ {
					var findings []xmppadmin.Finding
					if more, findings = examineFailing(t, w, p, n, what); !more {
						break
					}
					rooms, err := looking.Survey(t.Context(), nil)
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range rooms {
						if r.State == xmppadmin.Exists && (what == pass || !strings.Contains(fmt.Sprint(findings), r.Name)) {
							t.Errorf("fate %d of request %d leaves room %s\n%+v", what, n, r.Name, findings)
						}
						_ = looking.Destroy(t.Context(), r.Name, xmppadmin.Destruction{})
					}
				}
			}
		})
	}
}

// examineFailing examines a service behind a tap that refuses the nth request, or
// where the fate is to pass it interrupts the examination. It reports false where
// there is no nth request. The burst that measures the rate does not count.
func examineFailing(t *testing.T, w *tap, p *fixtures.Server, n int, what fate) (met bool, findings []xmppadmin.Finding) {
	t.Helper()
	w.on(nil)
	s, err := xmppadmin.Open(t.Context(), dial(t, w.through(t, p)), p.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var seen atomic.Int32
	w.on(func(in xmpptest.Element) fate {
		if in.Name.Local != "iq" && kindOf(in) == "" || in.Attr("to") == p.Domain && strings.Contains(kindOf(in), "disco#info") {
			return pass
		}
		if int(seen.Add(1)) != n+1 {
			return pass
		}
		if what == pass {
			interrupt()
		}
		return what
	})
	findings = s.Examine(ctx, time.Now())
	return int(seen.Load()) > n, findings
}
