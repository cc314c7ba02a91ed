package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) announceCommand() *cobra.Command {
	var subject string
	var motd bool
	cmd := &cobra.Command{
		Use:   "announce TEXT",
		Short: "Tells everybody on the server something",
		Long: "Sends a text to everybody who is online at the account's server, by the server's\n" +
			"announcement command (XEP-0133). With --motd it becomes the message of the day, which\n" +
			"everybody is sent who logs in; not every server has one.",
		Example:     "  muster announce 'The plenary begins in ten minutes.'\n  muster announce --motd 'IETF 126 is under way.'",
		Args:        asUsage(cobra.ExactArgs(1)),
		Annotations: exits(exitXMPP),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.announce(cmd.Context(), subject, args[0], motd)
		},
	}
	cmd.Flags().BoolVar(&motd, "motd", false, "make it the message of the day")
	cmd.Flags().StringVar(&subject, "subject", "Announcement", "the `SUBJECT`, for servers that show one")
	return cmd
}

// announce is the command announce.
func (a *app) announce(ctx context.Context, subject, text string, motd bool) error {
	if text == "" {
		return &usageError{err: fmt.Errorf("the text is empty"), command: "muster announce"}
	}
	c, err := a.load()
	if err != nil {
		return err
	}
	j := &job{app: a, config: c}
	if err := j.login(ctx); err != nil {
		return err
	}
	defer j.close()
	if motd {
		return j.client.SetMOTD(ctx, subject, text)
	}
	return j.client.Announce(ctx, subject, text)
}
