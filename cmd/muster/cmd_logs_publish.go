package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"muster/chatlog"
	"muster/chatlog/site"
	"muster/cmd/muster/internal/config"
)

func (a *app) logsPublishCommand() *cobra.Command {
	var o logsFlags
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Write the record as web pages",
		Long: "Write the record as static pages below logs.out, for any web server: an index of the\n" +
			"rooms, a calendar and a feed for each, and a page for each day. Only pages whose\n" +
			"content changed are written.",
		Annotations: changes(exits(exitRefused, exitLocked)),
		Example:     "  muster logs publish\n  muster logs publish --out /srv/logs --full",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.command = cmd.CommandPath()
			return a.logsPublish(cmd.Context(), &o)
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "", "write below the folder `DIR` instead of logs.out")
	cmd.Flags().BoolVar(&o.full, "full", false, "write every page anew")
	o.addLogsLock(cmd)
	return cmd
}

// logsPublish is the command logs publish.
func (a *app) logsPublish(ctx context.Context, o *logsFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	s := a.siteConfig(c)
	s.Full = o.full
	if o.out != "" {
		s.Dir = o.out
	}
	if s.Dir == "" {
		return &config.Error{Path: c.Path, Key: "logs.out", Err: errors.New("not set"), Advice: "set it to the folder for the pages, or give --out"}
	}
	if _, err := os.Stat(logsFile(c)); err != nil {
		return noRecord(err)
	}
	unlock, err := a.logsLock(ctx, c, o)
	if err != nil {
		return err
	}
	defer unlock()
	store, err := chatlog.Open(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return err
	}
	defer store.Close()
	done, err := site.Publish(ctx, store, s)
	if err != nil {
		return publishError(err)
	}
	a.console.Result("publish: %d pages written of %d, %d removed", done.Written, done.Files, done.Removed)
	return nil
}

// siteConfig returns the settings of the pages.
func (a *app) siteConfig(c config.Config) site.Config {
	l := c.Logs
	return site.Config{
		Dir: l.Out, URL: l.URL, Service: c.XMPP.Service, Hidden: !l.Index, Search: l.Search, WebClient: l.WebClient,
		NoteWell: l.NoteWell, Contact: l.Contact, Clients: l.Clients, Accounts: l.Accounts, Now: a.now,
		Before: time.Duration(l.Before), After: time.Duration(l.After),
	}
}

// publishError makes a refusal of what is there already one of the exit status.
func publishError(err error) error {
	if errors.Is(err, site.ErrForeign) || errors.Is(err, site.ErrReserved) || errors.Is(err, site.ErrName) {
		return &statusError{code: exitRefused, err: err}
	}
	return err
}
