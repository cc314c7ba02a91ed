package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"muster/chatlog"
)

func (a *app) logsSearchCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "search QUERY...",
		Short: "Search the record",
		Long: "Search the record for words, \"phrases\" and -words, in room:NAME, from nick:NAME,\n" +
			"after:2026-11-25 and before:2026-11-25; a word that ends in * matches the beginning of\n" +
			"words. The newest message comes first.",
		Annotations: exits(),
		Example:     "  muster logs search 'version negotiation' room:quic\n  muster logs search nick:alice after:2026-11-25",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.logsSearch(cmd.Context(), strings.Join(args, " "), limit)
		},
	}
	cmd.Flags().Var(countValue{&limit}, "limit", "show up to `N` messages; 50 by default")
	return cmd
}

// logsSearch is the command logs search.
func (a *app) logsSearch(ctx context.Context, text string, limit int) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	q, err := chatlog.ParseQuery(text)
	if err != nil {
		return err
	}
	store, err := chatlog.OpenReader(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return noRecord(err)
	}
	defer store.Close()
	if limit == 0 {
		limit = 50
	}
	hits, err := store.Search(ctx, q, 0, limit)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("the search took too long; add a word, a room or days")
	}
	if err != nil {
		return err
	}
	a.console.Hits(hits)
	return nil
}

// noRecordError is a record that does not exist yet.
type noRecordError struct{ err error }

// Error returns the text of the cause.
func (e *noRecordError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *noRecordError) Unwrap() error { return e.err }

// Hint names the command that makes the record.
func (e *noRecordError) Hint() string { return "muster logs export makes the record" }

// noRecord returns the error of opening the record as a noRecordError where
// there is none.
func noRecord(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return &noRecordError{err}
	}
	return err
}
