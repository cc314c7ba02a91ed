package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// sample is the configuration that init writes: every key, explained.
//
//go:embed muster.toml
var sample []byte

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Writes a configuration to begin with",
		Long: "Writes a configuration with every key explained, to FILE or else to muster.toml. A file\n" +
			"that is there is left alone.",
		Annotations: exits(),
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

// init is the command init.
func (a *app) init(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and was left alone", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(sample)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	if a.format == "json" {
		return a.jsonVersion()
	}
	_, err = fmt.Fprintf(a.stdout, "%s is written; set xmpp.jid, xmpp.service and the password in it, then run: muster plan\n", path)
	return err
}
