package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// formats are the values of --format.
var formats = []string{"text", "json", "markdown"}

// rootCommand puts the program's commands together.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "muster",
		Short: "Keeps chat rooms in step with the IETF meeting agenda",
		Long: "muster pulls a meeting's agenda from the Datatracker, derives one chat room for each\n" +
			"group on it, and creates and configures the rooms on an XMPP multi-user chat service:\n" +
			"persistent, public and logged, each read back and compared.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArguments,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, a.format) {
				return &usageError{err: fmt.Errorf("--format is %q, not one of %s", a.format, strings.Join(formats, ", ")), command: "muster"}
			}
			return nil
		},
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Annotations: exits(),
	}
	root.SetHelpTemplate(strings.TrimRight(root.HelpTemplate(), "\n") + helpEnd)
	flags := root.PersistentFlags()
	flags.StringVar(&a.configPath, "config", "", "configuration `FILE` (default $MUSTER_CONFIG, ./muster.toml, /etc/muster/muster.toml)")
	flags.StringVar(&a.format, "format", "text", "how results are written: text, json or markdown")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress, no warnings")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "tell what is done, and how many requests it took")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: err, command: cmd.CommandPath()}
	})
	root.AddCommand(
		a.planCommand(), a.applyCommand(), a.syncCommand(), a.roomsCommand(),
		a.adoptCommand(), a.archiveCommand(), a.reopenCommand(), a.doctorCommand(), a.announceCommand(), a.initCommand(), a.versionCommand(),
	)
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		tame(completion)
	}
	return root
}

// logger writes what --verbose asks for to standard error.
func (a *app) logger() *slog.Logger {
	if !a.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		},
	}))
}

// warn tells of something that does not stop the run.
func (a *app) warn(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, "muster: warning: %s\n", fmt.Sprintf(format, args...))
	}
}

// note tells of something that a person may want to know.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, "muster: note: %s\n", fmt.Sprintf(format, args...))
	}
}

// tellError writes an error, or each of several joined ones, and what to do
// about it. In JSON the same goes to standard output as a record.
func (a *app) tellError(err error) {
	for _, e := range split(err) {
		a.writeError(e)
		if a.format == "json" {
			_ = a.json(errorRecord{Type: "error", Code: codeOf(err), Message: e.Error(), Hint: hintOf(e)})
		}
	}
}

// writeError writes an error, and its hint unless the error before had the same.
func (a *app) writeError(err error) {
	fmt.Fprintf(a.stderr, "muster: error: %v\n", err)
	if hint := hintOf(err); hint != "" && hint != a.hinted {
		fmt.Fprintf(a.stderr, "muster: hint: %s\n", hint)
		a.hinted = hint
	}
}

// report tells the error with which a run ended, unless the summary tells it,
// and ends the JSON records.
func (a *app) report(err error) {
	var status *statusError
	if err != nil && !(errors.As(err, &status) && status.err == nil) {
		a.hinted = "" // the last error has its hint in any case
		a.tellError(err)
	}
	if a.format != "json" {
		return
	}
	if err != nil && a.summary == nil {
		a.summary = &summaryRecord{Type: "summary"}
	}
	if a.summary != nil {
		_ = a.json(a.summary)
	}
}

// split returns the errors that were joined into one, or the one.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && fmt.Sprintf("%T", err) == "*errors.joinError" {
		return joined.Unwrap()
	}
	return []error{err}
}
