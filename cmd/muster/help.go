package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/reference"
)

// changing is the annotation of a command that changes something without
// further questions than its own.
const changing = "changing"

// changes marks the annotations of such a command.
func changes(annotations map[string]string) map[string]string {
	annotations[changing] = "yes"
	return annotations
}

// helpEnd is what follows the library's own template of a help.
const helpEnd = `{{with index .Annotations "` + reference.ExitStatus + `"}}
EXIT STATUS
{{.}}{{end}}`

// exits returns the annotation of a command that ends with one of these
// statuses, or with one of those that every command has.
func exits(codes ...exitCode) map[string]string {
	var b strings.Builder
	for _, code := range slices.Sorted(slices.Values(append(codes, exitOK, exitError, exitInterrupted))) {
		fmt.Fprintf(&b, "  %3d  %s\n", code, exitMeanings[code])
	}
	return map[string]string{reference.ExitStatus: b.String()}
}

// exitMeanings are the texts of docs and help for each status.
var exitMeanings = map[exitCode]string{
	exitOK:          "done, or nothing to do",
	exitError:       "error, wrong usage",
	exitChanges:     "something would be created, updated, archived or reopened",
	exitIncomplete:  "at least one room failed or is unknown; the rest was done",
	exitRefused:     "refused by a guard, or by a stale plan",
	exitLocked:      "another run holds the lock",
	exitDatatracker: "the Datatracker is unreachable or sent something unusable",
	exitXMPP:        "the XMPP service is unreachable, refuses the login or the rights",
	exitInterrupted: "interrupted",
}

// applyConventions makes a command of the library, and those below it, behave
// as the others do.
func applyConventions(cmd *cobra.Command) {
	cmd.Annotations = exits()
	cmd.Args = noArguments
	if !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, below := range cmd.Commands() {
		applyConventions(below)
	}
}
