package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"muster/cmd/muster/internal/config"
	"muster/provision"
	"muster/provision/reconcile"
	"muster/xmppadmin"
)

// Bounds of the checks.
const (
	clockTolerance = time.Minute
	logTimeout     = 10 * time.Second
)

// clock compares this machine's clock with the Datatracker's.
func (k *checks) clock(ctx context.Context, c config.Config) {
	client, err := k.app.agendaClient(c)
	if err != nil {
		return // the check of the Datatracker reports it
	}
	theirs, err := client.ServerTime(ctx)
	if err != nil {
		return // likewise
	}
	off := k.app.now().Sub(theirs)
	f := xmppadmin.Finding{Check: "clock", Verdict: xmppadmin.OK, Text: "within a minute of the Datatracker's"}
	if off.Abs() > clockTolerance {
		f.Verdict, f.Hint = xmppadmin.Warn, "set this machine's clock: certificates, meetings and days of grace go by it"
		f.Text = fmt.Sprintf("off by %s from the Datatracker's, which has %s", off.Abs().Round(time.Second), theirs.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	k.show(f)
}

// logs checks that the public log that rooms point to answers, and that rooms
// do not claim one that there is not.
func (k *checks) logs(ctx context.Context, p reconcile.Pass) {
	for _, r := range p.Wanted.Rooms {
		if !r.Decision.Desired.Wanted() {
			continue
		}
		if address := r.Settings[xmppadmin.LogAddress]; address != "" {
			k.logAddress(ctx, address)
			return
		}
		if claimsLog(r) {
			k.show(xmppadmin.Finding{Check: "public log", Verdict: xmppadmin.Warn, Text: "rooms say that they are publicly logged, and no log can be seen",
				Hint: "publish the logs and set rooms.log_url, or change rooms.description and rooms.subject"})
			return
		}
	}
}

// noteWell checks that the texts of each room point to the Note Well.
func (k *checks) noteWell(p reconcile.Pass) {
	without := 0
	for _, r := range p.Wanted.Rooms {
		if text := textsOf(r); r.Decision.Desired.Wanted() && !strings.Contains(strings.ReplaceAll(text, "-", " "), "note well") {
			without++
		}
	}
	if without > 0 {
		k.show(xmppadmin.Finding{Check: "note well", Verdict: xmppadmin.Warn, Text: fmt.Sprintf("rooms whose texts do not point to the IETF Note Well: %d", without),
			Hint: "add {{.NoteWell}} to rooms.description or rooms.subject"})
	}
}

// claimsLog reports whether the texts of a room say that it is publicly logged.
func claimsLog(r provision.Room) bool { return strings.Contains(textsOf(r), "publicly logged") }

// textsOf returns the description and the subject of a room in lower case.
func textsOf(r provision.Room) string {
	return strings.ToLower(r.Settings[xmppadmin.Description] + " " + r.Settings[xmppadmin.Subject])
}

// logAddress checks that a log answers. A room without a message may have none
// yet: only a server that cannot be reached, or fails, is a warning.
func (k *checks) logAddress(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	f := xmppadmin.Finding{Check: "log address", Verdict: xmppadmin.OK, Text: address}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err == nil {
		var got *http.Response
		if got, err = http.DefaultClient.Do(req); err == nil {
			_ = got.Body.Close()
			if got.StatusCode >= http.StatusBadRequest && got.StatusCode != http.StatusNotFound {
				err = fmt.Errorf("GET %s: %s", address, got.Status)
			}
		}
	}
	if err != nil {
		f.Verdict, f.Text, f.Hint = xmppadmin.Warn, err.Error(), "check rooms.log_url and the server that has the logs"
	}
	k.show(f)
}
