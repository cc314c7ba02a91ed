package agenda_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"muster/agenda"
)

func Example() {
	datatracker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/meeting/126/agenda.json":
			fmt.Fprint(w, `{"126": [{"objtype": "session", "session_id": 7, "status": "sched",
				"group": {"acronym": "quic", "name": "QUIC", "type": "wg", "state": "active", "parent": "wit"},
				"name": "QUIC", "start": "2026-07-20T09:30:00Z", "duration": "2:00:00", "location": "Park Suite"}]}`)
		case "/api/meeting/126/agenda-data":
			fmt.Fprint(w, `{"meeting": {"number": "126", "city": "Vienna", "timezone": "Europe/Vienna"}, "schedule":
				[{"sessionId": 7, "groupAcronym": "quic", "acronym": "quic", "type": "regular", "status": "sched",
				"startDateTime": "2026-07-20T09:30:00+00:00", "duration": 7200}]}`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer datatracker.Close()

	client, err := agenda.New(agenda.Config{URL: datatracker.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	meeting, err := client.Meeting(context.Background(), "126")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("IETF", meeting.Number, meeting.City)
	for _, s := range meeting.Sessions {
		fmt.Println(s.Group, s.Type, s.Status, s.Start.Format("Mon 15:04 MST"), s.Duration, s.Location)
	}
	// Output:
	// IETF 126 Vienna
	// quic regular sched Mon 11:30 CEST 2h0m0s Park Suite
}
