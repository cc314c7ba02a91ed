package ui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
)

// Confirm asks a question and reports whether the answer was yes. It returns
// at once when ctx ends, with its error; the read then goes on for as long as
// the process does.
func (c *Console) Confirm(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(c.err, "%s Type \"yes\" to continue: ", Escape(question))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.streams.In).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.TrimSpace(line) == "yes", nil
	case <-ctx.Done():
		c.err.blank()
		return false, ctx.Err()
	}
}

// Progress shows on a terminal how many of a number of rooms are done.
type Progress struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

// Progress starts to show the progress of n changes.
func (c *Console) Progress(n int) *Progress {
	if n == 0 || c.Options.Quiet || !isTerminal(c.streams.Err) {
		return &Progress{bar: progressbar.NewOptions(n, progressbar.OptionSetWriter(io.Discard))}
	}
	return &Progress{bar: progressbar.NewOptions(n,
		progressbar.OptionSetWriter(c.err), progressbar.OptionSetDescription("rooms"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())}
}

// Add counts one change that is done. It may be called from several goroutines.
func (p *Progress) Add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.bar.Add(1)
}

// Close ends the display.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.bar.Finish()
}
