package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a configuration file to start from",
		Long: "Write a configuration file with every key explained, to FILE or else to muster.toml. An\n" +
			"existing file is not overwritten.",
		Annotations: changes(exits()),
		Example:     "  muster init\n  muster init /etc/muster/muster.toml",
		Args:        asUsage(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			path := "muster.toml"
			if len(args) == 1 {
				path = args[0]
			}
			return a.init(path)
		},
	}
}

// init writes the sample configuration.
func (a *app) init(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists; not overwritten", path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(config.Sample())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	a.console.Result("%s written; set xmpp.jid, xmpp.service and xmpp.password_file in it, then run: muster doctor", path)
	return nil
}
