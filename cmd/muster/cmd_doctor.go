package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/provision/reconcile"
	"muster/provision/state"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// certificateNotice is how long before its end a certificate is worth a
// warning.
const certificateNotice = 14 * 24 * time.Hour

func (a *app) doctorCommand() *cobra.Command {
	var meetings []string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything between the configuration and a room",
		Long: "Check everything between the configuration and a room: files and their modes, the\n" +
			"Datatracker, TLS, login, the server software, the commands it lacks, rights, logging and\n" +
			"its retention, and the front desk. Each check prints ok, warn or FAIL, and below a problem of this machine or\n" +
			"the server what to do. Oddities of the agenda are only reported. To see what rooms\n" +
			"offer, a temporary room is created under a random name and destroyed.",
		Args:        noArguments,
		Annotations: exits(exitDatatracker, exitXMPP),
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), meetings) },
	}
	addMeeting(cmd.Flags(), &meetings)
	return cmd
}

// checks shows what each check finds and keeps the exit status.
type checks struct {
	app   *app
	worst exitCode
}

// doctor runs all checks.
func (a *app) doctor(ctx context.Context, meetings []string) error {
	k := &checks{app: a}
	c, err := a.load()
	if err != nil {
		return err
	}
	k.ok("configuration", c.Path)
	k.state(c)
	if len(meetings) == 0 {
		meetings = c.Meetings.Follow
	}
	k.clock(ctx, c)
	k.datatracker(ctx, c, meetings)
	k.service(ctx, c)
	if k.worst == exitOK {
		return nil
	}
	return &statusError{code: k.worst}
}

// show writes one finding.
func (c *checks) show(f xmppadmin.Finding) { c.app.console.Check(f) }

// ok writes a check that passed.
func (c *checks) ok(check, text string) {
	c.show(xmppadmin.Finding{Check: check, Verdict: xmppadmin.OK, Text: text})
}

// fail writes a check that failed and counts it for the exit status.
func (c *checks) fail(check string, err error) {
	c.show(xmppadmin.Finding{Check: check, Verdict: xmppadmin.Fail, Text: err.Error(), Hint: hintOf(err)})
	c.count(codeOf(err))
}

// count keeps the most severe of the exit statuses.
func (c *checks) count(code exitCode) {
	if severity(code) > severity(c.worst) {
		c.worst = code
	}
}

// datatracker checks that the agendas can be read.
func (k *checks) datatracker(ctx context.Context, c config.Config, meetings []string) {
	r, err := k.app.reconciler(c, nil, "")
	var pass reconcile.Pass
	if err == nil {
		pass, err = r.Derive(ctx, reconcile.Request{Meetings: meetings})
	}
	if err != nil {
		k.fail("datatracker", err)
		return
	}
	for _, t := range pass.Wanted.Meetings {
		f := xmppadmin.Finding{Check: "datatracker", Verdict: xmppadmin.OK,
			Text: fmt.Sprintf("meeting %s: %d sessions, %d of configured group types", t.Meeting, t.Sessions, t.Configured)}
		if t.Stale || t.Configured == 0 {
			f.Verdict, f.Hint = xmppadmin.Warn, "an old copy of an agenda, or one that is empty, is not applied"
		}
		k.show(f)
	}
	for _, w := range pass.Warnings {
		k.show(xmppadmin.Finding{Check: "agenda", Verdict: xmppadmin.Warn, Text: w})
	}
	k.logs(ctx, pass)
	k.noteWell(pass)
}

// service checks the way to the service and the service itself.
func (k *checks) service(ctx context.Context, c config.Config) {
	conn, err := k.app.connection(ctx, c)
	if err == nil {
		_, err = conn.open(ctx)
	}
	defer conn.close()
	if err != nil {
		k.fail("xmpp", err)
		k.desk(ctx, c, nil)
		return
	}
	for _, f := range conn.service.Examine(ctx, k.app.now().Add(certificateNotice)) {
		k.show(f)
		if f.Verdict == xmppadmin.Fail {
			k.count(exitXMPP)
		}
	}
	k.record(ctx, c, conn.service)
	k.desk(ctx, c, conn.client)
}

// desk checks the front desk, where one is configured. The account is nil where it
// cannot log in.
func (k *checks) desk(ctx context.Context, c config.Config, account *session.Client) {
	if c.Desk.Domain == "" {
		return
	}
	people, err := k.app.people(c)
	if err != nil {
		k.fail("desk", err)
		return
	}
	x := desk.Examination{
		Config: c.FrontDesk(), Address: c.Desk.Component, Database: deskFile(c), People: people, Now: k.app.now(), Hint: hintOf,
		Secret: func(ctx context.Context) (string, error) { return c.DeskSecret(ctx, k.app.env.get) },
	}
	if account != nil {
		x.Account = account
	}
	if holder, ok := state.CurrentDesk(c.State.Dir); ok {
		x.Running = holder.String()
	}
	if c.Desk.Mail.Server != "" {
		x.CheckMail = func(ctx context.Context) error {
			sender, err := k.app.mailer(ctx, c)
			if err != nil {
				return err
			}
			return sender.Check(ctx)
		}
	}
	found := x.Run(ctx)
	for _, f := range found.All {
		k.show(f)
	}
	for _, err := range found.Errors {
		k.count(codeOf(err))
	}
}
