package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"muster/agenda"
	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
)

func (a *app) logsUploadCommand() *cobra.Command {
	var o logsFlags
	cmd := &cobra.Command{
		Use:   "upload --meeting N",
		Short: "Send the transcripts of a meeting's sessions to the Datatracker",
		Long: "Show what would be sent to the Datatracker: for each session of the meeting what was\n" +
			"said in its room, from logs.before before its start to logs.after after its end. With\n" +
			"--yes send it; without it the messages of sessions named by --session are shown too.\n" +
			"A transcript that was sent is sent again only after it changed, as a new revision. A\n" +
			"session that is not over yet, whose room was not exported since, or whose transcript\n" +
			"is too large is refused.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker)),
		Example:     "  muster logs upload --meeting 126\n  muster logs upload --meeting 126 --session 126004 --yes",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.meeting == "" {
				return wrongUsage(cmd, "--meeting is required")
			}
			if err := agenda.CheckName(o.meeting); err != nil || strings.HasPrefix(o.meeting, "file:") {
				return wrongUsage(cmd, "--meeting: %q is no meeting of the Datatracker: give a number such as 126", o.meeting)
			}
			o.command = cmd.CommandPath()
			return a.logsUpload(cmd.Context(), &o)
		},
	}
	cmd.Flags().StringVar(&o.meeting, "meeting", "", "the `MEETING`: a number such as 126, current, or an interim")
	cmd.Flags().IntSliceVar(&o.sessions, "session", nil, "only the session of this number (`ID`); may be given several times")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "send; without it nothing is sent")
	cmd.Flags().BoolVar(&o.again, "again", false, "send also what may have arrived before, when the connection broke")
	o.addLogsLock(cmd)
	return cmd
}

// logsUpload is the command logs upload.
func (a *app) logsUpload(ctx context.Context, o *logsFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	u := &uploader{app: a, config: c, flags: o}
	if o.yes {
		if u.key, err = c.ChatlogKey(); err != nil {
			return err
		}
	}
	if _, err := os.Stat(logsFile(c)); err != nil {
		return noRecord(fmt.Errorf("chat logs: %w", err))
	}
	unlock, err := a.logsLock(ctx, c, o)
	if err != nil {
		return err
	}
	defer unlock()
	if u.client, err = a.agendaClient(c); err != nil {
		return err
	}
	if u.store, err = chatlog.Open(ctx, logsFile(c), a.logsOptions(c)); err != nil {
		return err
	}
	defer u.store.Close()
	sessions, err := u.sessions(ctx)
	if err != nil {
		return err
	}
	for _, x := range sessions {
		stop, err := u.session(ctx, x)
		if err != nil {
			return err
		}
		if stop {
			break
		}
	}
	a.console.Uploads(u.rows, o.yes)
	return u.status()
}

// uploader sends the transcripts of one meeting.
type uploader struct {
	app      *app
	config   config.Config
	flags    *logsFlags
	client   *agenda.Client
	store    *chatlog.Store
	key      string
	rows     []ui.Upload
	failures []error
}

// margin returns what transcripts have beside their sessions.
func (u *uploader) margin() chatlog.Margin {
	l := u.config.Logs
	return chatlog.Margin{Before: time.Duration(l.Before), After: time.Duration(l.After)}
}

// sessions returns the sessions of the meeting, or those that were named. The
// agenda is that of the Datatracker now: a session may have moved.
func (u *uploader) sessions(ctx context.Context) ([]chatlog.Session, error) {
	m, err := u.client.Meeting(ctx, u.flags.meeting)
	if err != nil {
		return nil, err
	}
	if m.Stale && u.flags.yes {
		return nil, &m.Outages[0]
	}
	if err := u.store.AddMeeting(ctx, m); err != nil {
		return nil, err
	}
	all, err := u.store.Sessions(ctx, m.Number)
	if err != nil || len(u.flags.sessions) == 0 {
		return all, err
	}
	var named []chatlog.Session
	for _, id := range u.flags.sessions {
		at := slices.IndexFunc(all, func(x chatlog.Session) bool { return x.ID == id })
		if at < 0 {
			return nil, fmt.Errorf("session %d is not on the agenda of meeting %s", id, m.Number)
		}
		named = append(named, all[at])
	}
	return named, nil
}

// session shows what would be sent of a session, or sends it. stop reports that
// there is no use in going on with others.
func (u *uploader) session(ctx context.Context, x chatlog.Session) (stop bool, err error) {
	row := ui.Upload{Session: x.ID, Room: x.Room, Title: x.Title}
	defer func() { u.rows = append(u.rows, row) }()
	if !x.Held() {
		row.State = ui.UploadNotHeld
		return false, nil
	}
	part, lines, err := u.store.Transcript(ctx, x.ID, u.margin())
	if err != nil {
		return false, err
	}
	send := chatlog.ChatLines(lines)
	digest := chatlog.DigestLines(send)
	row.Lines = len(send)
	last, err := u.store.Uploaded(ctx, x.ID)
	if err != nil {
		return false, err
	}
	why, err := u.refusal(ctx, part, send, last)
	switch {
	case err != nil:
		return false, err
	case why != "":
		row.State, row.Reason = ui.UploadRefused, why
		return false, nil
	case last.Sent && last.Digest == digest:
		row.State = ui.UploadUnchanged
		return false, nil
	case len(send) == 0 && last.Digest == "":
		row.State = ui.UploadEmpty
		return false, nil
	case !u.flags.yes:
		row.State = ui.UploadWould
		if len(u.flags.sessions) > 0 && u.app.console.Options.Format != ui.JSON {
			row.Text = send
		}
		return false, nil
	}
	err = u.store.Send(ctx, part, digest, func() error { return u.client.UploadChatlog(ctx, x.ID, send, u.key) }, surelyNotTaken)
	if err == nil {
		row.State = ui.UploadSent
		return false, nil
	}
	row.State, row.Reason = ui.UploadFailed, err.Error()
	return u.failed(ctx, err)
}

// failed notes why a transcript was not sent. stop is set where the others would
// fail alike.
func (u *uploader) failed(ctx context.Context, err error) (stop bool, fatal error) {
	var failure *agenda.UploadError
	if ctx.Err() != nil || !errors.As(err, &failure) {
		return true, err
	}
	code := exitIncomplete
	if failure.Status == 0 && errors.Is(err, agenda.ErrNotTaken) || failure.Status >= 500 {
		code, stop = exitDatatracker, true
	}
	u.failures = append(u.failures, &statusError{code: code, err: err})
	return stop || errors.Is(err, agenda.ErrKeyRefused), nil
}

// status returns the error of the command: what failed, or that something was
// refused, which the table shows.
func (u *uploader) status() error {
	refused := slices.ContainsFunc(u.rows, func(r ui.Upload) bool { return r.State == ui.UploadRefused })
	if len(u.failures) == 0 && refused {
		return &statusError{code: exitRefused}
	}
	slices.SortStableFunc(u.failures, func(a, b error) int { return severity(codeOf(b)) - severity(codeOf(a)) })
	return list(u.failures...)
}

// surelyNotTaken reports whether the Datatracker has surely not taken what was
// sent.
func surelyNotTaken(err error) bool {
	var failure *agenda.UploadError
	return errors.As(err, &failure) && !errors.Is(err, agenda.ErrUncertain)
}

// refusal returns why a transcript is not sent; empty where nothing is against it.
// A session whose room the record does not have is nothing to send.
func (u *uploader) refusal(ctx context.Context, p chatlog.Part, lines []agenda.ChatLine, last chatlog.Upload) (string, error) {
	if u.app.now().Before(p.To) {
		return fmt.Sprintf("it is not over until %s", p.To.UTC().Format("2006-01-02 15:04 UTC")), nil
	}
	c, err := u.store.Coverage(ctx, p.Session.Room, p.Span)
	if err != nil {
		return "", err
	}
	switch {
	case c.There && !c.Covers(p.Span):
		return "its room was not read to the end of the session, or not whole: run muster logs export", nil
	case last.Digest != "" && !last.Sent && !u.flags.again:
		return fmt.Sprintf("it was sent at %s and may have arrived: look at its materials at the Datatracker; --again sends it again",
			last.At.Format("2006-01-02 15:04 UTC")), nil
	}
	if n := agenda.ChatlogSize(p.Session.ID, lines); n > agenda.MaxChatlog {
		return fmt.Sprintf("it has %d bytes, and the Datatracker takes %d", n, agenda.MaxChatlog), nil
	}
	return "", nil
}
