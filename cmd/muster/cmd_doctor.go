package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"muster/xmppadmin"
)

// certificateNotice is how long before its end a certificate is worth a
// warning.
const certificateNotice = 14 * 24 * time.Hour

func (a *app) doctorCommand() *cobra.Command {
	var meetings []string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Checks the way from the configuration to a room",
		Long: "Checks the way from the configuration to a room: files and their modes, the Datatracker,\n" +
			"TLS, login, what the server is, which commands it lacks, rights, logging and its\n" +
			"retention. One line a check: ok, warn or FAIL, each of the latter with what to do. To see\n" +
			"what rooms offer it makes a temporary room under a random name and destroys it.",
		Args:        noArguments,
		Annotations: exits(exitDatatracker, exitXMPP),
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), meetings) },
	}
	addMeeting(cmd.Flags(), &meetings)
	return cmd
}

// examination collects what the checks find and tells each at once.
type examination struct {
	app   *app
	worst error // the most serious failure: configuration, then XMPP, then Datatracker
}

// doctor is the command doctor.
func (a *app) doctor(ctx context.Context, meetings []string) error {
	e := &examination{app: a}
	c, err := a.load()
	if err != nil {
		return err
	}
	e.found("configuration", c.path)
	e.state(c)
	j := &job{app: a, config: c, rules: c.rules(), sources: meetings}
	if len(j.sources) == 0 {
		j.sources = c.Meetings.Follow
	}
	e.datatracker(ctx, j)
	e.service(ctx, j)
	j.close()
	return e.worst
}

// tell writes one finding.
func (e *examination) tell(f xmppadmin.Finding) {
	if e.app.format == "json" {
		_ = e.app.json(checkRecord{Type: "check", Check: f.Check, Verdict: f.Verdict, Text: f.Text, Hint: f.Hint})
		return
	}
	fmt.Fprintf(e.app.stdout, "%-5s %-16s %s\n", f.Verdict, f.Check, f.Text)
	if f.Hint != "" && f.Verdict != xmppadmin.OK {
		fmt.Fprintf(e.app.stdout, "%-5s %-16s %s\n", "", "", "→ "+f.Hint)
	}
}

func (e *examination) found(check, text string) {
	e.tell(xmppadmin.Finding{Check: check, Verdict: xmppadmin.OK, Text: text})
}

// failed writes a failure and remembers it for the exit status.
func (e *examination) failed(check string, err error) {
	e.tell(xmppadmin.Finding{Check: check, Verdict: xmppadmin.Fail, Text: err.Error(), Hint: hintOf(err)})
	e.remember(codeOf(err))
}

func (e *examination) remember(code exitCode) {
	var worst *statusError
	if !errors.As(e.worst, &worst) || worst.code == exitDatatracker && code != exitDatatracker || code == exitError {
		e.worst = &statusError{code: code}
	}
}

// state checks the state folder.
func (e *examination) state(c config) {
	info, err := os.Stat(c.State.Dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.tell(xmppadmin.Finding{Check: "state folder", Verdict: xmppadmin.Warn,
			Text: c.State.Dir + " does not exist yet", Hint: "the first apply makes it, if this account may"})
	case err != nil:
		e.failed("state folder", &configError{path: c.path, err: err})
	case !info.IsDir():
		e.failed("state folder", &configError{path: c.path, err: fmt.Errorf("%s is no folder", c.State.Dir)})
	default:
		f, err := os.CreateTemp(c.State.Dir, "doctor")
		if err != nil {
			e.failed("state folder", &configError{path: c.path, err: err, hint: "this account must be able to write there"})
			return
		}
		_ = f.Close()
		_ = os.Remove(f.Name())
		e.found("state folder", c.State.Dir)
	}
}

// datatracker checks that the agendas can be read.
func (e *examination) datatracker(ctx context.Context, j *job) {
	if err := j.fetch(ctx, e.app.now()); err != nil {
		e.failed("datatracker", err)
		return
	}
	for _, t := range j.wanted.Meetings {
		f := xmppadmin.Finding{Check: "datatracker", Verdict: xmppadmin.OK,
			Text: fmt.Sprintf("meeting %s: %d sessions, %d of configured group types", t.Meeting, t.Sessions, t.Configured)}
		if t.Stale || t.Configured == 0 {
			f.Verdict, f.Hint = xmppadmin.Warn, "the guards refuse an agenda that is stale or empty"
		}
		e.tell(f)
	}
	for _, w := range j.warnings() {
		e.tell(xmppadmin.Finding{Check: "agenda", Verdict: xmppadmin.Warn, Text: w})
	}
}

// service checks the way to the service and the service itself.
func (e *examination) service(ctx context.Context, j *job) {
	if err := j.connect(ctx); err != nil {
		e.failed("xmpp", err)
		return
	}
	for _, f := range j.service.Examine(ctx, e.app.now().Add(certificateNotice)) {
		e.tell(f)
		if f.Verdict == xmppadmin.Fail {
			e.remember(exitXMPP)
		}
	}
}
