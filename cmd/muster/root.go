package main

import (
	"errors"
	"fmt"
	"io"
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
		Args:          asUsage(cobra.NoArgs),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, a.format) {
				return &usageError{err: fmt.Errorf("--format is %q, not one of %s", a.format, strings.Join(formats, ", ")), command: "muster"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
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
		a.adoptCommand(), a.initCommand(), a.versionCommand(),
	)
	root.CompletionOptions.HiddenDefaultCmd = false
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
		writeError(a.stderr, e)
		if a.format == "json" {
			_ = a.json(errorRecord{Type: "error", Code: codeOf(err), Message: e.Error(), Hint: hintOf(e)})
		}
	}
}

func writeError(w io.Writer, err error) {
	fmt.Fprintf(w, "muster: error: %v\n", err)
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(w, "muster: hint: %s\n", hint)
	}
}

// report tells the error with which a run ended, unless it was told already.
func (a *app) report(err error) {
	var status *statusError
	if err == nil || errors.As(err, &status) && status.err == nil {
		return
	}
	a.tellError(err)
	if a.format == "json" && !a.told {
		_ = a.json(summaryRecord{Type: "summary"})
	}
}

// split returns the errors that were joined into one, or the one.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && fmt.Sprintf("%T", err) == "*errors.joinError" {
		return joined.Unwrap()
	}
	return []error{err}
}

// exitHelp is the end of each command's help.
func exitHelp(codes ...exitCode) string {
	text := "\n\nEXIT STATUS\n"
	for _, code := range slices.Sorted(slices.Values(append(codes, exitOK, exitError, exitInterrupted))) {
		text += fmt.Sprintf("  %3d  %s\n", code, exitMeanings[code])
	}
	return strings.TrimRight(text, "\n")
}

// exitMeanings are the texts of docs and help for each status.
var exitMeanings = map[exitCode]string{
	exitOK:          "done, or nothing to do",
	exitError:       "error, wrong usage",
	exitChanges:     "something would be created, updated, archived or reopened",
	exitIncomplete:  "at least one room failed or is unknown; the rest was done",
	exitRefused:     "refused by a guard, or by a plan that no longer fits",
	exitLocked:      "another run holds the lock",
	exitDatatracker: "the Datatracker is unreachable or sent something unusable",
	exitXMPP:        "the XMPP service is unreachable, refuses the login or the rights",
	exitInterrupted: "interrupted",
}
