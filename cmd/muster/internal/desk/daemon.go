package desk

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/frontdesk/component"
)

// tickEvery is how often a desk looks after itself.
const tickEvery = time.Minute

// Worker is what decides; a [frontdesk.Desk] is one.
type Worker interface {
	component.Desk
	// Tick does what is due at now.
	Tick(ctx context.Context, now time.Time) error
}

// Daemon is a front desk that runs.
type Daemon struct {
	Component component.Config
	Worker    Worker
	Outbox    component.Outbox
	People    *People
	Monitor   *Monitor
	// Mail sends what is to be mailed until ctx ends; nil where nothing is mailed.
	Mail func(ctx context.Context)
	// Serve serves what monitoring reads until ctx ends; nil for nothing.
	Serve  func(ctx context.Context, handler http.Handler) error
	Logger *slog.Logger
	Now    func() time.Time
	// Every, which is zero but in tests, is how often everything is done.
	Every time.Duration
}

// Run runs the desk until ctx ends, and returns when all that was begun is done.
// The error is that of a desk that cannot run at all.
func (d *Daemon) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return component.Serve(ctx, d.Component, logged{d.Worker, d.Logger}, d.Outbox) })
	g.Go(func() error { d.repeat(ctx, d.refresh); return nil })
	g.Go(func() error { d.repeat(ctx, d.tick); return nil })
	if d.Mail != nil {
		g.Go(func() error { d.Mail(ctx); return nil })
	}
	if d.Serve != nil {
		g.Go(func() error { return d.Serve(ctx, d.Monitor.Handler()) })
	}
	return g.Wait()
}

// repeat calls do now and then every minute, until ctx ends. A call that takes
// longer delays the next one.
func (d *Daemon) repeat(ctx context.Context, do func(ctx context.Context) (what string, err error)) {
	ticker := time.NewTicker(cmp.Or(d.Every, tickEvery))
	defer ticker.Stop()
	last := ""
	for {
		what, err := do(ctx)
		switch {
		case err == nil && last != "":
			d.Logger.InfoContext(ctx, "well again", "after", last)
			last = ""
		case err != nil && ctx.Err() == nil && err.Error() != last: // once, while it lasts
			last = err.Error()
			d.Logger.WarnContext(ctx, what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// refresh reads the lists that are due.
func (d *Daemon) refresh(ctx context.Context) (what string, err error) {
	return "the Datatracker's lists could not be read", d.People.Refresh(ctx)
}

func (d *Daemon) tick(ctx context.Context) (what string, err error) {
	return "the desk could not do all that was due", d.Worker.Tick(ctx, d.Now())
}
