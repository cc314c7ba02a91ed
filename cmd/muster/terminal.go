package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"muster/provision"
	"muster/provision/apply"
)

// isTerminal says whether a stream is one that a person reads or writes.
func isTerminal(stream any) bool {
	if out, ok := stream.(*output); ok {
		stream = out.Writer
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// canAsk says whether there is a person to ask.
func (a *app) canAsk() bool { return isTerminal(a.stdin) && isTerminal(a.stderr) }

// colourful says whether standard output takes colour.
func (a *app) colourful() bool {
	return isTerminal(a.stdout) && a.env.get("NO_COLOR") == "" && !a.quiet
}

// ask puts a question to the person at the terminal. Only a whole yes is one.
func (a *app) ask(question string) bool {
	fmt.Fprintf(a.stderr, "%s Only yes is taken for an answer: ", question)
	line, _ := bufio.NewReader(a.stdin).ReadString('\n')
	return strings.TrimSpace(line) == "yes"
}

// progress shows on a terminal how far an apply has come.
type progress struct{ bar *progressbar.ProgressBar }

// progress starts to show the way to n changes, where somebody can see it.
func (a *app) progress(n int) progress {
	if n == 0 || a.quiet || a.env.get("NO_COLOR") != "" || !isTerminal(a.stderr) {
		return progress{bar: progressbar.NewOptions(n, progressbar.OptionSetWriter(io.Discard))}
	}
	return progress{bar: progressbar.NewOptions(n,
		progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription("rooms"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())}
}

func (p progress) add(r apply.Result) {
	if r.Action != provision.Conflict && r.Action != provision.Unknown {
		_ = p.bar.Add(1)
	}
}

func (p progress) close() { _ = p.bar.Finish() }
