package want

import (
	"testing"
	"time"

	"muster/agenda"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/xmppadmin"
)

func TestWantSubject(t *testing.T) {
	t.Parallel()
	rules := DefaultRules(sample.Service)
	rules.Subject = "{{.Cancelled}} {{.When}}"
	const (
		ten   = "Next session: Monday 20 July 2026, 10:00-11:00 UTC, Hall A, IETF 126."
		noon  = "Next session: Monday 20 July 2026, 12:00-13:00 UTC, Hall A, IETF 126."
		noTen = "Cancelled: Monday 20 July 2026, 10:00-11:00 UTC, IETF 126."
	)
	at := func(hour int) time.Time { return time.Date(2026, 7, 20, hour, 0, 0, 0, time.UTC) }
	session := func(id int, status agenda.Status) agenda.Session { return sample.Session(id, "quic", status) }
	distant := func(s agenda.Session) agenda.Session { s.Start = s.Start.AddDate(5000, 0, 0); return s }
	for name, c := range map[string]struct {
		sessions []agenda.Session
		now      time.Time
		subject  string
		next     time.Time
		over     time.Time
	}{
		"none to come": {[]agenda.Session{session(1, agenda.Scheduled)}, at(12), "", time.Time{}, time.Time{}},
		"next":         {[]agenda.Session{session(3, agenda.Scheduled), session(1, agenda.Scheduled)}, at(9), ten, at(10), at(11)},
		"under way": {
			[]agenda.Session{session(1, agenda.Scheduled), session(3, agenda.Scheduled)}, at(10).Add(time.Minute), noon, at(12), at(11),
		},
		"cancelled": {[]agenda.Session{session(1, agenda.Canceled), session(3, agenda.Scheduled)}, at(9), noTen + " " + noon, at(10), at(13)},
		"cancelled, after the next one": {
			[]agenda.Session{session(1, agenda.Scheduled), session(3, agenda.Canceled)}, at(9), ten, at(10), at(11),
		},
		"cancelled, past": {[]agenda.Session{session(1, agenda.Canceled), session(3, agenda.Scheduled)}, at(11), noon, at(12), at(13)},
		"cancelled alone": {[]agenda.Session{session(1, agenda.Canceled)}, at(9), noTen, at(10), time.Time{}},
		"years not meant": {
			[]agenda.Session{distant(session(1, agenda.Canceled)), distant(session(2, agenda.Scheduled))}, at(9), "", time.Time{}, time.Time{},
		},
		"superseded": {[]agenda.Session{session(1, agenda.Rescheduled), session(3, agenda.Scheduled)}, at(9), noon, at(12), at(13)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := Sources{Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, c.sessions...)}}
			w, err := Derive(in, rules, c.now)
			if err != nil {
				t.Fatal(err)
			}
			r := roomOf(t, w, "quic")
			check.Same(t, "subject", r.Settings[xmppadmin.Subject], c.subject)
			check.Same(t, "next", r.Next, c.next)
			check.Same(t, "over", r.Over, c.over)
		})
	}
}

// TestWantNoSubject leaves subjects as they are where the template is empty.
func TestWantNoSubject(t *testing.T) {
	t.Parallel()
	rules := DefaultRules(sample.Service)
	rules.Subject = ""
	w := wantOf(t, rules, sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", agenda.Scheduled)))
	end, err := rules.Archive("quic", sample.Day, "over")
	if err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]xmppadmin.Settings{"live": roomOf(t, w, "quic").Settings, "archived": end.Settings} {
		if text, has := s[xmppadmin.Subject]; has {
			t.Errorf("the %s room has the subject %q", what, text)
		}
	}
}
