package reconcile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision/apply"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/sample"
	"muster/xmppadmin"
)

// subjects is a world whose rooms have a short subject, and a clock.
type subjects struct {
	*world
	now time.Time
}

func newSubjects(t *testing.T, inside bool) *subjects {
	s := &subjects{newWorld(t), sample.Day}
	s.service.Inside = inside
	s.run.Rules.Subject = "{{.Cancelled}} {{.When}}"
	s.run.Now = func() time.Time { return s.now }
	return s
}

// schedule has quic meet at the hours given, on the first day.
func (s *subjects) schedule(sessions ...agenda.Session) {
	s.datatracker.meetings["126"] = sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sessions...)
}

// sync makes a run that must succeed and returns the subject of quic.
func (s *subjects) sync(t *testing.T) string {
	t.Helper()
	s.service.Entered = nil
	out, err := s.run.Apply(t.Context(), s.plan(t, request()), apply.Options{})
	if err != nil || out.Incomplete() {
		t.Fatalf("the run ended with %+v, %v", out, err)
	}
	return s.service.Rooms["quic"].Settings[xmppadmin.Subject]
}

// occupants have them, and sets the subject that they set unless it is "".
func (s *subjects) occupants(n int, subject string) {
	r := s.service.Rooms["quic"]
	if r.Occupants = n; subject != "" {
		r.Settings[xmppadmin.Subject] = subject
	}
	s.service.Rooms["quic"] = r
}

// TestSubjects follows one room through its meeting, on a service that shows
// subjects and on one that shows them to occupants only.
func TestSubjects(t *testing.T) {
	t.Parallel()
	for name, inside := range map[string]bool{"shown": false, "inside": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSubjects(t, inside)
			step := func(what, want string, entered ...string) {
				t.Helper()
				if got := s.sync(t); !strings.Contains(got, want) || want == "" && got != "" {
					t.Errorf("%s: the subject is %q, want %q", what, got, want)
				}
				if slices.Sort(s.service.Entered); inside {
					check.Same(t, what+": entered", s.service.Entered, entered)
				}
			}
			s.schedule(sample.Session(1, "quic", agenda.Scheduled), sample.Session(5, "quic", agenda.Scheduled))
			step("created", "10:00-11:00")
			step("nothing new", "10:00-11:00")
			s.occupants(3, "")
			s.schedule(sample.Session(2, "quic", agenda.Scheduled), sample.Session(5, "quic", agenda.Scheduled))
			step("moved, occupied", "11:00-12:00", "quic")

			s.now = sample.Day.Add(2*time.Hour + time.Minute)
			step("begun, occupied", "11:00-12:00")
			step("still occupied", "11:00-12:00")
			s.schedule(sample.Session(2, "quic", agenda.Scheduled), sample.Session(4, "quic", agenda.Scheduled))
			step("the one after it moved, occupied", "13:00-14:00", "quic")
			s.now = sample.Day.Add(4*time.Hour + time.Minute)
			s.schedule(sample.Session(4, "quic", agenda.Scheduled), sample.Session(5, "quic", agenda.Scheduled))
			step("begun as well, occupied", "13:00-14:00")
			s.occupants(0, "")
			step("begun, empty", "14:00-15:00", "quic")

			s.occupants(1, "Bring slides")
			s.schedule(sample.Session(4, "quic", agenda.Scheduled), sample.Session(6, "quic", agenda.Scheduled))
			step("a chair's own, in a session", "Bring slides", "quic")
			step("seen before", "Bring slides")
			s.schedule(sample.Session(6, "quic", agenda.Canceled), sample.Session(7, "quic", agenda.Scheduled))
			step("cancelled meanwhile", "Bring slides")
			s.now = sample.Day.Add(5 * time.Hour)
			step("its session is over", "16:00-17:00", "quic")

			s.occupants(1, "")
			s.now = sample.Day.Add(6*time.Hour + 30*time.Minute)
			step("the cancelled one would be over, occupied", "15:00-16:00")
			s.schedule(sample.Session(7, "quic", agenda.Canceled))
			step("cancelled, occupied", "Cancelled: Monday 20 July 2026, 16:00-17:00", "quic")
		})
	}
}

// TestSubjectOfArchivedRooms is why the room is archived, whatever it was.
func TestSubjectOfArchivedRooms(t *testing.T) {
	t.Parallel()
	for name, inside := range map[string]bool{"shown": false, "inside": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSubjects(t, inside)
			s.sync(t)
			s.occupants(1, "Bring slides")
			q := request()
			q.Options.Archive, q.Options.Reason, q.Overrides.Archive = []string{"quic"}, "too loud", 1
			if _, err := s.run.Apply(t.Context(), s.plan(t, q), apply.Options{}); err != nil {
				t.Fatal(err)
			}
			check.Same(t, "archived", s.service.Rooms["quic"].Settings[xmppadmin.Subject], "Archived since 20 July 2026: too loud.")
			q = request()
			q.Options.Reopen = []string{"quic"}
			if _, err := s.run.Apply(t.Context(), s.plan(t, q), apply.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := s.service.Rooms["quic"].Settings[xmppadmin.Subject]; !strings.HasPrefix(got, "Next session: Monday 20 July 2026, 10:00") {
				t.Errorf("reopened, the subject is %q", got)
			}
		})
	}
}

// TestSubjectsFromOutside enters no room for a look.
func TestSubjectsFromOutside(t *testing.T) {
	t.Parallel()
	s := newSubjects(t, true)
	s.sync(t)
	q := request()
	q.Outside, q.Applying = true, false
	s.service.Seen = nil // as in another session
	s.schedule(sample.Session(2, "quic", agenda.Scheduled))
	for _, r := range s.plan(t, q).Plan.Rows {
		for _, f := range r.Fields {
			if f.Name == xmppadmin.Subject {
				t.Errorf("room %s: the subject is compared: %+v", r.Found.Name, f)
			}
		}
	}
	check.Same(t, "entered", s.service.Entered, []string(nil))
}

// TestSubjectThatCannotBeRead makes the room unknown: nothing is written.
func TestSubjectThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newSubjects(t, true)
	s.service.Rooms["quic"] = sample.Room("quic", true, false, "quic: Name of quic")
	down := errors.New("down")
	s.service.Script["enter"] = []fake.Behaviour{fake.Fails(down)}
	if _, err := s.run.Plan(t.Context(), request()); !errors.Is(err, down) {
		t.Errorf("the plan ends with %v", err)
	}
	s.service.Unreadable = map[string]error{"quic": down}
	if got := summary(s.plan(t, request()).Plan); got != "unknown quic, create tls" {
		t.Errorf("the plan is %s", got)
	}
}
