package main

import (
	"context"

	"github.com/spf13/cobra"

	"muster/xmppadmin"
)

func (a *app) announceCommand() *cobra.Command {
	var subject string
	var motd bool
	cmd := &cobra.Command{
		Use:   "announce TEXT",
		Short: "Send an announcement to all online users",
		Long: "Send a text to all users who are online at the account's server, by the server's\n" +
			"announcement command (XEP-0133). With --motd the text becomes the message of the day,\n" +
			"which is sent to each user at login; not every server has one.",
		Example:     "  muster announce 'The plenary begins in ten minutes.'\n  muster announce --motd 'IETF 126 is under way.'",
		Args:        asUsage(cobra.ExactArgs(1)),
		Annotations: changes(exits(exitXMPP)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return wrongUsage(cmd, "the text must not be empty")
			}
			return a.announce(cmd.Context(), subject, args[0], motd)
		},
	}
	cmd.Flags().BoolVar(&motd, "motd", false, "make it the message of the day")
	cmd.Flags().StringVar(&subject, "subject", "Announcement", "the `SUBJECT`, for servers that show one")
	return cmd
}

// announce sends a text.
func (a *app) announce(ctx context.Context, subject, text string, motd bool) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	conn, err := a.connection(ctx, c)
	if err != nil {
		return err
	}
	defer conn.close()
	if err := conn.login(ctx); err != nil {
		return err
	}
	if motd {
		return xmppadmin.SetMOTD(ctx, conn.client, subject, text)
	}
	return xmppadmin.Announce(ctx, conn.client, subject, text)
}
