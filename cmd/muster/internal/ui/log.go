package ui

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// logHandler writes the log of --verbose as lines of standard error.
type logHandler struct {
	s     *sink
	attrs string // of the loggers derived from the first
}

// Enabled reports that everything is logged.
func (h logHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes one line: what happened, then its attributes.
func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(attribute(a))
		return true
	})
	h.s.line("muster: debug: %s%s", r.Message, b.String())
	return nil
}

// WithAttrs returns a handler that adds attributes to each line.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		h.attrs += attribute(a)
	}
	return h
}

// WithGroup returns the handler itself: lines are flat.
func (h logHandler) WithGroup(string) slog.Handler { return h }

// attribute returns an attribute as it stands in a line.
func attribute(a slog.Attr) string {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindDuration {
		return fmt.Sprintf(" %s=%s", a.Key, value.Duration().Round(time.Millisecond))
	}
	text := value.String()
	if strings.ContainsAny(text, " \"=") {
		text = fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf(" %s=%s", a.Key, text)
}

// DaemonLogger returns the log of a command that runs on, on standard error: lines
// of key=value, or of JSON with --format json. With --verbose it has everything,
// with --quiet warnings and errors.
func (c *Console) DaemonLogger() *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	switch {
	case c.Options.Verbose:
		o.Level = slog.LevelDebug
	case c.Options.Quiet:
		o.Level = slog.LevelWarn
	}
	if c.Options.Format == JSON {
		return slog.New(slog.NewJSONHandler(jsonLines{c.err}, o))
	}
	return slog.New(slog.NewTextHandler(c.err, o))
}

// jsonLines writes lines of JSON in which every character can be seen.
type jsonLines struct{ s *sink }

// Write writes one line.
func (w jsonLines) Write(line []byte) (int, error) {
	if _, err := w.s.Write(escapeJSON(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}
