package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/reference"
)

// docsCommand returns the command that writes the manual pages; it is for
// installing the program, and hidden.
func (a *app) docsCommand() *cobra.Command {
	var man string
	cmd := &cobra.Command{
		Use:         "docs",
		Short:       "Write the manual pages",
		Long:        "Write the manual pages, one for each command, into a folder.",
		Hidden:      true,
		Annotations: changes(exits()),
		Example:     "  muster docs --man /usr/local/share/man/man1",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if man == "" {
				return wrongUsage(cmd, "--man is required")
			}
			return writeMan(cmd.Root(), man)
		},
	}
	cmd.Flags().StringVar(&man, "man", "", "the folder `DIR` for the manual pages; created if missing")
	return cmd
}

// writeMan writes the manual pages into dir.
func writeMan(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range reference.Man(root, release) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
