// Package ui writes everything that muster shows and asks the questions that
// it has. What is shown, and with which exit status a run ends, is decided by
// its callers.
//
// The rules:
//
//   - Results go to standard output; progress, questions, warnings, notes and
//     errors go to standard error.
//   - Lines on standard error begin with "muster: error: ", "muster: hint: ",
//     "muster: warning: " or "muster: note: ", in lower case without a full
//     stop. A hint follows the error that it belongs to, and is not repeated
//     for the next error.
//   - An error is always shown. --quiet stops progress, warnings and notes.
//     Warnings are counted again where the results are summed up.
//   - Every text is escaped where it is written, whatever its source: what is
//     not printable, including bidirectional and invisible formatting
//     characters, appears as \x1b or \u202e. A line of output is one line.
//   - Progress appears only on a terminal. So does colour, unless --color is
//     given; NO_COLOR and --quiet stop it.
//   - What several rooms have in common is shown once for all of them, changed
//     words are marked in long texts, and tables fit the terminal.
//   - A question is asked on standard error and answered on standard input;
//     only the word yes confirms.
//   - --format json writes JSON Lines: first the version, last the summary, an
//     error record for each error.
//   - A result that could not be written is an error; see [Console.WriteError].
package ui

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/term"

	"muster/provision/plan"
)

// The values of Options.Format.
const (
	Text     = "text"
	JSON     = "json"
	Markdown = "markdown"
	// JSONLines is the record of chat logs, without the records of a run. One
	// command has it.
	JSONLines = "jsonl"
)

// The values of Options.Color.
const (
	ColorAuto   = "auto" // on a terminal, and without NO_COLOR and --quiet
	ColorAlways = "always"
	ColorNever  = "never"
)

// Colors returns the values of Options.Color.
func Colors() []string { return []string{ColorAuto, ColorAlways, ColorNever} }

// Formats returns the values of Options.Format.
func Formats() []string { return []string{Text, JSON, Markdown} }

// Options are how the user wants output to be.
type Options struct {
	Format  string // one of [Formats]
	Quiet   bool   // no progress, warnings or notes, and no colour unless always
	Verbose bool   // log what is done
	Color   string // one of [Colors]
}

// Streams are the process's standard streams and its environment.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(key string) string
}

// Describe returns the exit status that an error stands for and what the user
// can do about it, which may be empty.
type Describe func(err error) (code int, hint string)

// Console is where one run of the program writes. Its logger, progress and
// activity may be used from several goroutines, and warnings be given from them
// while nothing else is written.
type Console struct {
	Options  Options
	version  string
	streams  Streams
	out, err *sink
	describe Describe
	hinted   string     // the hint written last
	warnings int        // how many were given
	mu       sync.Mutex // held to warn
	begun    bool       // the version record was written
	summary  *summaryRecord
}

// New returns a console for the program in this version.
func New(s Streams, version string, describe Describe) *Console {
	return &Console{
		Options: Options{Format: Text, Color: ColorAuto}, version: version, streams: s, describe: describe,
		out: &sink{name: "standard output", w: s.Out}, err: &sink{name: "standard error", w: s.Err},
	}
}

// Successor returns a console for the last words of a run whose command was
// abandoned and may still write to c.
func (c *Console) Successor() *Console {
	next := New(c.streams, c.version, c.describe)
	next.Options = c.Options
	return next
}

// Out returns standard output for text that needs no escaping, such as help. A
// failure to write is noted as any other.
func (c *Console) Out() io.Writer { return c.out }

// Err returns standard error, likewise.
func (c *Console) Err() io.Writer { return c.err }

// WriteError returns the first failure to write on standard output, or nil.
func (c *Console) WriteError() error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.failed
}

// Warn shows something that does not stop the run. In JSON it is a record, too,
// with --quiet too.
func (c *Console) Warn(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.warnings++
	c.message("warning", format, args...)
	if c.Options.Format == JSON {
		c.record(warningRecord{Type: "warning", Message: fmt.Sprintf(format, args...)})
	}
}

// Note shows something that the user may want to know.
func (c *Console) Note(format string, args ...any) { c.message("note", format, args...) }

func (c *Console) message(kind, format string, args ...any) {
	if !c.Options.Quiet {
		c.err.line("muster: %s: %s", kind, fmt.Sprintf(format, args...))
	}
}

// Error shows an error and its hint. In JSON the same goes to standard output
// as a record.
func (c *Console) Error(err error) {
	c.errorLine(err)
	if c.Options.Format == JSON {
		code, hint := c.describe(err)
		record := errorRecord{Type: "error", Code: code, Message: err.Error(), Hint: hint}
		var guard *plan.GuardError
		if errors.As(err, &guard) {
			record.Guard = guard.Guard
		}
		c.record(record)
	}
}

// errorLine writes an error on standard error alone.
func (c *Console) errorLine(err error) {
	c.err.line("muster: error: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	if _, hint := c.describe(err); hint != "" && hint != c.hinted {
		c.err.line("muster: hint: %s", hint)
		c.hinted = hint
	}
}

// Fatal shows the errors with which the run ends. The first has its hint in
// any case.
func (c *Console) Fatal(errs ...error) {
	c.hinted = ""
	for _, err := range errs {
		c.Error(err)
	}
}

// Result writes one line of plain text on standard output. In JSON there is
// none, only the version record.
func (c *Console) Result(format string, args ...any) {
	if c.Options.Format == JSON {
		if !c.begun {
			c.recordVersion()
		}
		return
	}
	c.out.line(format, args...)
}

// Logger returns the log of --verbose, on standard error.
func (c *Console) Logger() *slog.Logger {
	if !c.Options.Verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(logHandler{s: c.err})
}

// Check returns an error where the format is not one of [Formats] or further, or
// the colour not one of [Colors].
func (o Options) Check(further ...string) error {
	formats := append(Formats(), further...)
	switch {
	case !slices.Contains(formats, o.Format):
		return fmt.Errorf("--format is %q, not one of %s", o.Format, strings.Join(formats, ", "))
	case !slices.Contains(Colors(), o.Color):
		return fmt.Errorf("--color is %q, not one of %s", o.Color, strings.Join(Colors(), ", "))
	}
	return nil
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// CanAsk reports whether there is a terminal to ask on.
func (c *Console) CanAsk() bool { return isTerminal(c.streams.In) && isTerminal(c.streams.Err) }

// colourful reports whether a stream takes colour.
func (c *Console) colourful(s *sink) bool {
	switch c.Options.Color {
	case ColorAlways:
		return true
	case ColorNever:
		return false
	}
	return isTerminal(s.w) && c.streams.Getenv("NO_COLOR") == "" && !c.Options.Quiet
}
