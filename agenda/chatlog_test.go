package agenda_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/fixtures/datatracker"
	"muster/fixtures/meeting"
)

const chatlogPath = "/api/notify/session/chatlog"

// transcript is a chat log with all that HTML, JSON and terminals trip over.
func transcript() []agenda.ChatLine {
	at := time.Date(2026, 7, 20, 11, 30, 5, 700_000_000, time.FixedZone("Vienna", 7200))
	return []agenda.ChatLine{
		{Author: "Ayla <b>", Text: "a < b && c > \"d\" 'e'\n<script>alert(1)</script>", Time: at},
		{Author: "Bram\x1b[31m", Text: "&lt; stays, ☃ too, \x00\x1b[2J\u0085\u2028 and \xff", Time: at.Add(time.Second)},
		{Author: "Cyra", Text: "", Time: at.Add(time.Minute)},
	}
}

func TestUploadChatlog(t *testing.T) {
	t.Parallel()
	m := meeting.Small()
	session := m.SessionsOf("quic")[0].ID
	d, url := datatracker.Start(t, m)
	d.AddKey("k&y=+", datatracker.Key{})
	c := reader(t, url)
	for range 2 {
		if err := c.UploadChatlog(t.Context(), session, transcript(), "k&y=+"); err != nil {
			t.Fatal(err)
		}
	}
	got := d.Chatlogs(session)
	if len(got) != 2 || len(got[0].Lines) != 3 || len(got[0].Wrong) > 0 {
		t.Fatalf("got %+v", got)
	}
	want := []map[string]any{
		{
			"author": "Ayla <b>", "time": "2026-07-20T09:30:05Z",
			"text": "<p>a &lt; b &amp;&amp; c &gt; &#34;d&#34; &#39;e&#39;<br>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
		},
		{"author": "Bram[31m", "time": "2026-07-20T09:30:06Z", "text": "<p>&amp;lt; stays, ☃ too, [2J\u2028 and \uFFFD</p>"},
		{"author": "Cyra", "time": "2026-07-20T09:31:05Z", "text": "<p></p>"},
	}
	for i, line := range want {
		for key, value := range line {
			if got[0].Lines[i][key] != value {
				t.Errorf("line %d: %s is %q, want %q", i, key, got[0].Lines[i][key], value)
			}
		}
	}
	if r := d.Received(chatlogPath)[0]; r.Method != http.MethodPost || r.Query != "" || r.Header.Get("User-Agent") != "muster" {
		t.Errorf("request %+v", r)
	}
}

func TestUploadFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key     datatracker.Key
		use     string // the key that is used; good where it is empty
		session int    // that of quic where it is 0
		lines   []agenda.ChatLine
		how     datatracker.Failure
		kind    error
		status  int
		says    string
		taken   int // revisions that there are afterwards
	}{
		"wrong key":           {use: "bad", kind: agenda.ErrKeyRefused, status: 403, says: "Invalid apikey"},
		"no key":              {use: "\x00", kind: agenda.ErrKeyRefused, status: 403},
		"key of another path": {key: datatracker.Key{Endpoint: "/api/notify/session/polls"}, kind: agenda.ErrKeyRefused, status: 400, says: "endpoint mismatch"},
		"owner away":          {key: datatracker.Key{Absent: true}, kind: agenda.ErrKeyRefused, status: 400, says: "Too long since last regular login"},
		"owner without role":  {key: datatracker.Key{NoRole: true}, kind: agenda.ErrKeyRefused, status: 403, says: "403 Forbidden"},
		"unknown session":     {session: 7, kind: agenda.ErrSessionRefused, status: 400, says: "Invalid session"},
		"too large": {
			lines: []agenda.ChatLine{{Author: "a", Text: strings.Repeat("x", agenda.MaxChatlog), Time: time.Now()}}, kind: agenda.ErrTooLarge, says: "2621440",
		},
		"malformed":       {how: datatracker.HTMLPage(400), kind: agenda.ErrNotTaken, status: 400},
		"not there":       {how: datatracker.HTMLPage(404), kind: agenda.ErrNotTaken, status: 404},
		"above its limit": {how: datatracker.HTMLPage(413), kind: agenda.ErrTooLarge, status: 413},
		"slow down":       {how: datatracker.TooManyRequests(0), kind: agenda.ErrNotTaken, status: 429},
		"redirect":        {how: datatracker.RedirectTo("http://127.0.0.1:1"), kind: agenda.ErrNotTaken, status: 302},
		"fails":           {how: datatracker.HTMLPage(500), kind: agenda.ErrUncertain, status: 500},
		"away":            {how: datatracker.HTMLPage(503), kind: agenda.ErrUncertain, status: 503},
		"a page of sorts": {how: datatracker.NotJSON(), kind: agenda.ErrUncertain, status: 200, says: "text/html"},
		"answer broken":   {how: datatracker.Cut(), kind: agenda.ErrUncertain, status: 200, says: "broke off", taken: 1},
		"answer lost":     {how: datatracker.Swallow(), kind: agenda.ErrUncertain, says: "EOF", taken: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := meeting.Small()
			d, url := datatracker.Start(t, m)
			d.AddKey("good", tt.key)
			if tt.how != nil {
				d.Fail(chatlogPath, tt.how)
			}
			key, session, lines := "good", m.SessionsOf("quic")[0].ID, transcript()
			if tt.use != "" {
				key = tt.use
			}
			if tt.session != 0 {
				session = tt.session
			}
			if tt.lines != nil {
				lines = tt.lines
			}
			err := reader(t, url).UploadChatlog(t.Context(), session, lines, key)
			var failure *agenda.UploadError
			if !errors.Is(err, tt.kind) || !errors.As(err, &failure) || failure.Status != tt.status || failure.Session != session ||
				!strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "datatracker: chat log of session ") ||
				tt.key.NoRole != strings.Contains(failure.Hint, "Recording Manager") {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "good") {
				t.Errorf("the error has the key: %v", err)
			}
			if got := len(d.Received(chatlogPath)); got > 1 || got == 0 && tt.status != 0 {
				t.Errorf("sent %d times", got)
			}
			if got := len(d.Chatlogs(0)); got != tt.taken {
				t.Errorf("%d revisions, want %d", got, tt.taken)
			}
		})
	}
}

func TestUploadReachesNothing(t *testing.T) {
	t.Parallel()
	err := reader(t, "http://127.0.0.1:1").UploadChatlog(t.Context(), 7, transcript(), "key")
	if !errors.Is(err, agenda.ErrNotTaken) || errors.Is(err, agenda.ErrUncertain) {
		t.Errorf("got %v", err)
	}
}

// A Datatracker below a path is uploaded to below it.
func TestUploadAddress(t *testing.T) {
	t.Parallel()
	d, url := datatracker.Start(t, meeting.Small())
	if err := reader(t, url+"/").UploadChatlog(t.Context(), 7, nil, "key"); !errors.Is(err, agenda.ErrKeyRefused) {
		t.Errorf("got %v", err)
	}
	if got := d.Received(""); len(got) != 1 || got[0].Path != chatlogPath {
		t.Errorf("received %+v", got)
	}
}

// What has the greatest size is taken, and a byte more is not sent.
func TestChatlogSize(t *testing.T) {
	t.Parallel()
	m := meeting.Small()
	session := m.SessionsOf("quic")[0].ID
	d, url := datatracker.Start(t, m)
	key := strings.Repeat("k", 64)
	d.AddKey(key, datatracker.Key{})
	lines := []agenda.ChatLine{{Author: "a", Text: "", Time: time.Now()}}
	lines[0].Text = strings.Repeat("x", agenda.MaxChatlog-agenda.ChatlogSize(session, lines))
	if n := agenda.ChatlogSize(session, lines); n != agenda.MaxChatlog {
		t.Fatalf("the size is %d", n)
	}
	if err := reader(t, url).UploadChatlog(t.Context(), session, lines, key); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	lines[0].Text += "x"
	if err := reader(t, url).UploadChatlog(t.Context(), session, lines, key); !errors.Is(err, agenda.ErrTooLarge) || len(d.Received(chatlogPath)) != 1 {
		t.Errorf("above the limit: %v, sent %d times", err, len(d.Received(chatlogPath)))
	}
}
