package store_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/frontdesk/store"
)

const address = "alice@mail.example"

func mailCode(t testing.TB, s *store.Store, c store.Code, now time.Time) error {
	t.Helper()
	return s.MailCode(context.Background(), c, now)
}

// TestCodeOfUnknownAddress answers to wrong codes as for a known one.
func TestCodeOfUnknownAddress(t *testing.T) {
	t.Parallel()
	var answers [2][]error
	for i, person := range []int{0, 7} {
		s := openStore(t)
		if err := mailCode(t, s, store.Code{JID: alice, Person: person, Email: address}, noon); err != nil {
			t.Fatal(err)
		}
		if got := len(mails(t, s)); got != i {
			t.Errorf("person %d: %d mails", person, got)
		}
		for range 6 {
			_, err := s.Prove(t.Context(), alice, "AAAAAAAAAAAA", noon)
			answers[i] = append(answers[i], err)
		}
	}
	if diff := cmp.Diff(fmt.Sprint(answers[1]), fmt.Sprint(answers[0])); diff != "" {
		t.Errorf("-known +unknown:\n%s", diff)
	}
}

// mails returns the mails that are due.
func mails(t testing.TB, s *store.Store) []store.Message {
	t.Helper()
	return must[[]store.Message](t)(s.Due(context.Background(), store.Mail, noon.AddDate(1, 0, 0)))
}

// codeIn returns the code of a mail.
func codeIn(t testing.TB, m store.Message) string {
	t.Helper()
	code := regexp.MustCompile(`(?m)^[A-HJ-NP-Z2-9]{12}$`).FindString(m.Body)
	if code == "" {
		t.Fatalf("there is no code in %q", m.Body)
	}
	return code
}

func TestCode(t *testing.T) {
	t.Parallel()
	const wrong = "AAAAAAAAAAAA"
	type try struct {
		jid    string
		person int
		code   string // "" for the right one
		after  time.Duration
		want   error
	}
	for _, test := range []struct {
		name  string
		tries []try
	}{
		{"right", []try{{alice, 7, "", 0, nil}}},
		{"single use", []try{{alice, 7, "", 0, nil}, {alice, 7, "", 0, store.ErrNoCode}}},
		{"just in time", []try{{alice, 7, "", 30*time.Minute - time.Second, nil}}},
		{"too late", []try{{alice, 7, "", 30 * time.Minute, store.ErrNoCode}}},
		{"another JID", []try{{"eve@example.org", 7, "", 0, store.ErrNoCode}, {alice, 7, "", 0, nil}}},
		{"another person", []try{{alice, 8, "", 0, store.ErrNoCode}, {alice, 7, "", 0, nil}}},
		{"four wrong, then right", []try{{alice, 7, wrong, 0, store.ErrCode}, {alice, 7, wrong, 0, store.ErrCode}, {alice, 7, wrong, 0, store.ErrCode},
			{alice, 7, wrong, 0, store.ErrCode}, {alice, 7, "", 0, nil}}},
		{"five wrong", []try{{alice, 7, wrong, 0, store.ErrCode}, {alice, 7, wrong, 0, store.ErrCode}, {alice, 7, wrong, 0, store.ErrCode},
			{alice, 7, wrong, 0, store.ErrCode}, {alice, 7, wrong, 0, store.ErrNoCode}, {alice, 7, "", 0, store.ErrNoCode}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, ctx := openStore(t), t.Context()
			if err := mailCode(t, s, store.Code{JID: alice, Person: 7, Email: address}, noon); err != nil {
				t.Fatal(err)
			}
			right := codeIn(t, mails(t, s)[0])
			for i, try := range test.tries {
				code := try.code
				if code == "" {
					code = strings.ToLower(right[:4]) + "-" + right[4:] + " "
				}
				err := s.Redeem(ctx, store.Link{JID: try.jid, Person: try.person, Name: "Alice"}, code, nil, noon.Add(try.after))
				if !errors.Is(err, try.want) || try.want == nil && err != nil {
					t.Errorf("try %d gives %v, not %v", i+1, err, try.want)
				}
				l, linked, _ := s.LinkOf(ctx, alice)
				if try.want == nil && (!linked || l.Way != store.ByMail || l.Email != address || l.Person != 7) {
					t.Errorf("try %d: linked %t as %+v", i+1, linked, l)
				}
			}
		})
	}
}

// TestOneOpenCode has the second code replace the first.
func TestOneOpenCode(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for range 2 {
		if err := mailCode(t, s, store.Code{JID: alice, Person: 7, Email: address}, noon); err != nil {
			t.Fatal(err)
		}
	}
	sent := mails(t, s)
	first, second := codeIn(t, sent[0]), codeIn(t, sent[1])
	l := store.Link{JID: alice, Person: 7, Name: "Alice"}
	if err := s.Redeem(t.Context(), l, first, nil, noon); !errors.Is(err, store.ErrCode) {
		t.Errorf("the first gives %v", err)
	}
	if err := s.Redeem(t.Context(), l, second, nil, noon); err != nil {
		t.Errorf("the second gives %v", err)
	}
}

// TestMailLimits has the limits of a day, for known and unknown addresses alike.
func TestMailLimits(t *testing.T) {
	t.Parallel()
	for _, person := range []int{0, 7} {
		t.Run(fmt.Sprint(person), func(t *testing.T) {
			t.Parallel()
			for name, code := range map[string]func(i int) store.Code{
				"address": func(i int) store.Code {
					return store.Code{JID: fmt.Sprintf("a%d@example.org", i), Person: person, Email: address}
				},
				"JID": func(i int) store.Code {
					return store.Code{JID: alice, Person: person, Email: fmt.Sprintf("a%d@mail.example", i)}
				},
			} {
				s := openStore(t)
				for i := range 3 {
					if err := mailCode(t, s, code(i), noon); err != nil {
						t.Errorf("%s: number %d gives %v", name, i+1, err)
					}
				}
				if err := mailCode(t, s, code(3), noon.Add(24*time.Hour-time.Second)); !errors.Is(err, store.ErrTooMany) {
					t.Errorf("%s: the fourth gives %v", name, err)
				}
				if err := mailCode(t, s, code(4), noon.Add(24*time.Hour)); err != nil {
					t.Errorf("%s: a day later gives %v", name, err)
				}
				if got := len(mails(t, s)); got != map[int]int{0: 0, 7: 4}[person] {
					t.Errorf("%s: %d mails", name, got)
				}
			}
		})
	}
}

func TestMailLimitInAll(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for i := range 101 {
		err := mailCode(t, s, store.Code{JID: fmt.Sprintf("a%d@example.org", i), Person: 7, Email: fmt.Sprintf("a%d@mail.example", i)}, noon)
		if (err == nil) != (i < 100) || err != nil && !errors.Is(err, store.ErrTooMany) {
			t.Fatalf("number %d gives %v", i+1, err)
		}
	}
}

// TestCodeIsNotKept has the text of a mail emptied once it is sent or given up.
func TestCodeIsNotKept(t *testing.T) {
	t.Parallel()
	for _, retry := range []bool{true, false} {
		path := t.TempDir() + "/desk.db"
		s := must[*store.Store](t)(store.Open(path))
		defer s.Close()
		if err := mailCode(t, s, store.Code{JID: alice, Person: 7, Email: address}, noon); err != nil {
			t.Fatal(err)
		}
		m := mails(t, s)[0]
		var err error
		if retry {
			err = s.Sent(t.Context(), m.ID, noon)
		} else {
			err = s.Failed(t.Context(), m.ID, "refused", time.Time{})
		}
		if err != nil {
			t.Fatal(err)
		}
		db := rawDB(t, path)
		var body string
		if err := db.QueryRow("SELECT body FROM outbox WHERE id = ?", m.ID).Scan(&body); err != nil || body != "" {
			t.Errorf("the text is kept as %q, %v", body, err)
		}
	}
}
