package main

import (
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
)

// furtherFormats is the annotation of a command that has results in formats of
// its own.
const furtherFormats = "formats"

// rootCommand returns the program's commands.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "muster",
		Short: "Keep chat rooms in step with the IETF meeting agenda",
		Long: "muster reads a meeting's agenda from the Datatracker, derives one chat room for each\n" +
			"group on it, and creates and configures the rooms on an XMPP multi-user chat service:\n" +
			"persistent, public and logged, each read back and compared.",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArguments,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.console.Options.Check(strings.Fields(cmd.Annotations[furtherFormats])...); err != nil {
				return &usageError{err: err, command: cmd.Root().CommandPath()}
			}
			return nil
		},
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Annotations: exits(),
	}
	root.SetHelpTemplate(strings.TrimRight(root.HelpTemplate(), "\n") + helpEnd)
	root.SetVersionTemplate("muster {{.Version}}\n")
	a.addGlobalFlags(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: flagError(err), command: cmd.CommandPath()}
	})
	root.AddCommand(
		a.planCommand(), a.applyCommand(), a.syncCommand(), a.roomsCommand(),
		a.adoptCommand(), a.archiveCommand(), a.reopenCommand(), a.doctorCommand(), a.announceCommand(),
		a.logsCommand(), a.destroyCommand(), a.initCommand(), a.versionCommand(), a.statusCommand(), a.docsCommand(),
		a.requestCommand(), a.chairsCommand(), a.deskCommand(),
	)
	a.completions(root)
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		applyConventions(completion)
	}
	return root
}

// addGlobalFlags defines the flags of every command.
func (a *app) addGlobalFlags(root *cobra.Command) {
	f, o := root.PersistentFlags(), &a.console.Options
	f.StringVar(&a.configPath, "config", "", "configuration `FILE` (default $MUSTER_CONFIG, ./muster.toml, /etc/muster/muster.toml)")
	f.StringVar(&o.Format, "format", ui.Text, "the `FORMAT` of results: text, json or markdown")
	f.StringVar(&o.Color, "color", ui.ColorAuto, "`WHEN` to use colour: auto (on a terminal, unless NO_COLOR is set), always or never")
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "show no progress and no warnings")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "log each request with its target, outcome and time")
	root.Flags().Bool("version", false, "print the version")
}
