package chatlog

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"muster/xmppadmin"
)

const (
	// queued is how many pages may wait to be written, and queuedBytes how much
	// text they may have together, so that pages of long messages do not fill
	// the memory.
	queued      = 64
	queuedBytes = 32 << 20
	// slowPage is how long a page may take before archives are read one at a
	// time.
	slowPage = 500 * time.Millisecond
)

// writer writes the pages of all rooms, one after the other, each in one
// transaction with the place behind it, unless the whole archive is being compared.
// Meanwhile the next pages are requested:
// the places at which rooms are read run ahead of those in the database.
type writer struct {
	store *Store
	jobs  chan job
	bytes *semaphore.Weighted
}

// job is a page to be written, or with reached a request to report that all
// before it is written.
type job struct {
	x  *exporter
	at place // behind the page
	// comparing reports that the place is not to be written.
	comparing bool
	messages  []xmppadmin.ArchivedMessage
	weight    int64
	reached   chan<- struct{}
}

func newWriter(s *Store) *writer {
	return &writer{store: s, jobs: make(chan job, queued), bytes: semaphore.NewWeighted(queuedBytes)}
}

// run writes until the queue is closed. It ends with the error of the first
// page that could not be written.
func (w *writer) run(ctx context.Context) error {
	for {
		select {
		case j, open := <-w.jobs:
			if !open {
				return nil
			}
			if j.reached != nil {
				close(j.reached)
				continue
			}
			if err := w.write(ctx, j); err != nil {
				return fmt.Errorf("room %q: %w", j.x.name, err)
			}
			w.bytes.Release(j.weight)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// write writes a page and the place behind it.
func (w *writer) write(ctx context.Context, j job) error {
	r, err := w.store.record(ctx, j.x.id, w.store.keep, func(r *recorder) error {
		for i := range j.messages {
			if err := r.add(ctx, &j.messages[i]); err != nil {
				return err
			}
		}
		if j.comparing {
			return nil
		}
		return r.setPlace(ctx, j.at)
	})
	if err == nil {
		j.x.out.New += r.added
		j.x.out.Removed += r.removed
		j.x.out.Differing += r.mended
	}
	return err
}

// setPlace writes the place where the next export begins.
func (r *recorder) setPlace(ctx context.Context, at place) error {
	return r.exec(ctx, "UPDATE room SET cursor = $1, cursor_time = $2 WHERE id = $3", at.cursor, micros(at.time), r.room)
}

// put queues a page, and returns the place behind it.
func (w *writer) put(ctx context.Context, x *exporter, at place, page xmppadmin.ArchivePage) (place, error) {
	if len(page.Messages) == 0 {
		return at, nil
	}
	last := page.Messages[len(page.Messages)-1]
	at.cursor, at.time = last.Archive, last.Time
	j := job{x: x, at: at, comparing: x.comparing, messages: page.Messages}
	for _, m := range page.Messages {
		j.weight += int64(len(m.Body) + len(m.Extra) + 500)
	}
	j.weight = min(j.weight, queuedBytes)
	if err := w.bytes.Acquire(ctx, j.weight); err != nil {
		return at, err
	}
	return at, w.send(ctx, j)
}

// flush waits until all that was put is written.
func (w *writer) flush(ctx context.Context) error {
	reached := make(chan struct{})
	if err := w.send(ctx, job{reached: reached}); err != nil {
		return err
	}
	select {
	case <-reached:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) send(ctx context.Context, j job) error {
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pacer bounds how many pages are requested at once. After a page that took
// long they are requested one at a time, with a pause after each slow one as
// long as it took, so that the server has as much time for others; and as soon
// as pages take less, as many at once as should not be slow together.
type pacer struct {
	most int

	mu      sync.Mutex
	limit   int
	running int
	changed chan struct{} // closed when a page has come
}

func newPacer(most int) *pacer {
	return &pacer{most: most, limit: most, changed: make(chan struct{})}
}

// page returns a page of a source, when it is its turn.
func (p *pacer) page(ctx context.Context, src Source, room string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	alone, err := p.enter(ctx)
	if err != nil {
		return xmppadmin.ArchivePage{}, err
	}
	began := time.Now()
	page, err := src.ArchivePage(ctx, room, q)
	took := time.Since(began)
	if alone && took > slowPage {
		select {
		case <-time.After(took):
		case <-ctx.Done():
		}
	}
	p.leave(alone, took)
	return page, err
}

// enter waits for a turn, and reports whether pages are requested one at a
// time.
func (p *pacer) enter(ctx context.Context) (alone bool, err error) {
	for {
		p.mu.Lock()
		if p.running < p.limit {
			defer p.mu.Unlock()
			p.running++
			return p.limit == 1, nil
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// leave ends a turn in which a page took so long.
func (p *pacer) leave(alone bool, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case took > slowPage:
		p.limit = 1
	case alone:
		p.limit = int(min(max(slowPage/max(took, 1), 1), time.Duration(p.most)))
	}
	p.running--
	close(p.changed)
	p.changed = make(chan struct{})
}
