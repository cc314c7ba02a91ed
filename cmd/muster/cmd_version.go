package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version that CHANGELOG.md describes at its top.
const release = "0.1.0"

// version returns the release, and the commit where the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return release + "+" + s.Value[:12]
		}
	}
	return release
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:         "version",
		Short:       "Print the version",
		Long:        "Print the version.",
		Annotations: exits(),
		Args:        noArguments,
		RunE: func(*cobra.Command, []string) error {
			a.console.Result("muster %s", version())
			return nil
		},
	}
}
