package wire

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParseStart(t *testing.T) {
	t.Parallel()
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		in   string
		zone *time.Location
		want string // RFC 3339 in UTC, empty for unknown
		bad  bool
	}{
		"aware Z":                 {in: "2022-11-10T13:00:00Z", want: "2022-11-10T13:00:00Z"},
		"aware offset":            {in: "2022-11-07T09:30:00+00:00", zone: vienna, want: "2022-11-07T09:30:00Z"},
		"aware other offset":      {in: "2022-03-21T10:00:00-07:00", zone: vienna, want: "2022-03-21T17:00:00Z"},
		"fraction":                {in: "2022-03-21T10:00:00.123Z", want: "2022-03-21T10:00:00Z"},
		"naive in winter":         {in: "2022-03-21T10:00:00", zone: vienna, want: "2022-03-21T09:00:00Z"},
		"naive in summer":         {in: "2026-07-21T10:00:00", zone: vienna, want: "2026-07-21T08:00:00Z"},
		"naive without a zone":    {in: "2022-03-21T10:00:00"},
		"absent":                  {in: ""},
		"year 9999":               {in: "9999-12-31T23:59:59Z", bad: true},
		"year 0":                  {in: "0001-01-01T00:00:00Z", bad: true},
		"a date":                  {in: "2022-03-21", bad: true},
		"no time":                 {in: "tomorrow", bad: true},
		"naive nonsense, no zone": {in: "2022-13-41T10:00:00", bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseStart(tt.in, tt.zone)
			if (err != nil) != tt.bad {
				t.Fatalf("error %v, want one: %t", err, tt.bad)
			}
			text := ""
			if !got.IsZero() {
				text = got.UTC().Format(time.RFC3339)
			}
			if text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want time.Duration
		bad  bool
	}{
		"two hours":        {in: `"2:00:00"`, want: 2 * time.Hour},
		"half an hour":     {in: `"0:30:00"`, want: 30 * time.Minute},
		"hackathon":        {in: `"11:30:00"`, want: 11*time.Hour + 30*time.Minute},
		"none":             {in: `"0:00:00"`},
		"a day and more":   {in: `"1 day, 2:00:00"`, want: 26 * time.Hour},
		"days":             {in: `"2 days, 0:00:01"`, want: 48*time.Hour + time.Second},
		"a fraction":       {in: `"0:00:01.500000"`, want: time.Second},
		"seconds":          {in: `7200`, want: 2 * time.Hour},
		"no seconds":       {in: `0`},
		"null":             {in: `null`},
		"absent":           {in: ``},
		"negative string":  {in: `"-1 day, 23:00:00"`, bad: true},
		"negative seconds": {in: `-1`, bad: true},
		"a fraction of s":  {in: `1.5`, bad: true},
		"too many":         {in: `1e300`, bad: true},
		"overflow":         {in: `99999999999999999999`, bad: true},
		"years":            {in: `"999 days, 0:00:00"`, bad: true},
		"61 minutes":       {in: `"0:61:00"`, bad: true},
		"words":            {in: `"two hours"`, bad: true},
		"empty":            {in: `""`, bad: true},
		"a list":           {in: `[]`, bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseDuration(json.RawMessage(tt.in))
			if (err != nil) != tt.bad || got != tt.want {
				t.Errorf("got %s, %v; want %s, error: %t", got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestLoadZone(t *testing.T) {
	t.Parallel()
	if zone, err := LoadZone("Asia/Tokyo"); err != nil || zone.String() != "Asia/Tokyo" {
		t.Errorf("Asia/Tokyo: %v, %v", zone, err)
	}
	for _, bad := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", "/etc/localtime"} {
		if zone, err := LoadZone(bad); err == nil || zone != nil {
			t.Errorf("%q: got %v", bad, zone)
		}
	}
}
