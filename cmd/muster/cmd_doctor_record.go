package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/provision"
	"muster/xmppadmin"
)

// slowArchive is how long the first page of an archive may take.
const slowArchive = 200 * time.Millisecond

// archivist is what the checks of the record need of a service.
type archivist interface {
	surveyor
	chatlog.Source
	RoomArchive(ctx context.Context, name string) (xmppadmin.RoomArchive, error)
}

// record checks what the chat logs need, where they are configured or there is a
// record.
func (k *checks) record(ctx context.Context, c config.Config, service archivist) {
	if !keepsRecord(c) {
		return
	}
	k.recordSettings(c)
	found, err := service.Survey(ctx, nil)
	if err != nil {
		k.warn("chat logs", err.Error(), "")
		return
	}
	found = slices.DeleteFunc(found, func(r xmppadmin.Room) bool {
		return r.State != xmppadmin.Exists || !r.Managed || provision.CheckName(r.Name) != ""
	})
	if len(found) == 0 {
		return
	}
	if err := k.roomArchives(ctx, service, found); err != nil {
		k.warn("chat logs", err.Error(), "")
		return
	}
	k.ownLog(found)
	k.counted(ctx, c, service, found)
}

// warn writes a check that found something.
func (k *checks) warn(check, text, hint string) {
	k.show(xmppadmin.Finding{Check: check, Verdict: xmppadmin.Warn, Text: text, Hint: hint})
}

// recordSettings checks that the record is published, and under which address.
func (k *checks) recordSettings(c config.Config) {
	if c.Logs.Out == "" {
		k.warn("chat logs", "logs.out is not set: no pages are written", "set logs.out to the folder that the web server serves")
	}
	if c.Logs.URL == "" {
		k.warn("chat logs", "logs.url is not set: the pages have no feeds and no sitemaps, and rooms do not lead to them",
			"set logs.url to the address of the folder logs.out")
	}
}

// roomArchives checks what each room shows of its archive, and how long the
// first page of some takes.
func (k *checks) roomArchives(ctx context.Context, service archivist, rooms []xmppadmin.Room) error {
	var mu sync.Mutex
	var off, anonymous, open []string
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, r := range rooms {
		g.Go(func() error {
			a, err := service.RoomArchive(gctx, r.Name)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, list := range []struct {
				in    bool
				names *[]string
			}{{!a.On, &off}, {a.On && !a.Occupants, &anonymous}, {a.On && a.Password, &open}} {
				if list.in {
					*list.names = append(*list.names, r.Name)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	slices.Sort(off)
	slices.Sort(open)
	if len(off) > 0 {
		k.warn("room archives", "rooms that do not archive their messages: "+listed(off), "muster apply sets it where the server offers it")
	} else {
		k.ok("room archives", fmt.Sprintf("all %d managed rooms archive their messages", len(rooms)))
	}
	if len(anonymous) > 0 {
		k.warn("occupant ids", fmt.Sprintf("%d rooms have none: corrections and retractions are matched by nick", len(anonymous)),
			"on ejabberd load mod_muc_occupantid; Prosody has them since 0.12")
	}
	if len(open) > 0 {
		k.warn("room passwords", "rooms with a password whose archive anyone can read: "+listed(open), "a password protects neither the archive nor the record: remove it, or do not archive the room")
	}
	return k.firstPages(ctx, service, rooms, off)
}

// firstPages reads the first page of some archives.
func (k *checks) firstPages(ctx context.Context, service archivist, rooms []xmppadmin.Room, off []string) error {
	const some, most = 8, 500
	var slowest time.Duration
	var where string
	largest, tried := 0, 0
	for _, r := range rooms {
		if slices.Contains(off, r.Name) || tried == some {
			continue
		}
		tried++
		began := time.Now()
		page, err := service.ArchivePage(ctx, r.Name, xmppadmin.ArchiveQuery{Max: most})
		if err != nil {
			return err
		}
		if took := time.Since(began); took > slowest {
			slowest, where = took, r.Name
		}
		if !page.Complete {
			largest = max(largest, len(page.Messages))
		}
	}
	if largest > 0 {
		k.ok("archive pages", fmt.Sprintf("the server gives up to %d messages at once", largest))
	}
	if slowest > slowArchive {
		k.warn("archive speed", fmt.Sprintf("the first page of the room %q took %s", where, slowest.Round(time.Millisecond)),
			"keep archives in an SQL database: on Prosody storage = { muc_log = \"sql\" }, on ejabberd mod_mam: {db_type: sql}")
	}
	return nil
}

// ownLog checks that the server does not keep what the record erases.
func (k *checks) ownLog(rooms []xmppadmin.Room) {
	var both []string
	for _, r := range rooms {
		if r.Settings[xmppadmin.PublicLog] == xmppadmin.True {
			both = append(both, r.Name)
		}
	}
	if len(both) > 0 {
		k.warn("public log", fmt.Sprintf("%d rooms have the server's own log on the web, too, which keeps what is retracted", len(both)),
			"unload the server's own log (mod_muc_log on ejabberd, muc_log_http or http_muc_log on Prosody), or switch it off in the rooms")
	}
}

// counted compares the record with the archives, by their ends and counts.
func (k *checks) counted(ctx context.Context, c config.Config, service archivist, found []xmppadmin.Room) {
	if _, err := os.Stat(logsFile(c)); err != nil {
		k.warn("record", "there is none yet", "muster logs export makes it; muster sync --logs keeps it")
		return
	}
	store, err := chatlog.OpenReader(ctx, logsFile(c), k.app.logsOptions(c))
	if err != nil {
		k.warn("record", err.Error(), "")
		return
	}
	defer store.Close()
	var rooms []chatlog.Room
	for _, f := range found {
		rooms = append(rooms, logRoom(f))
	}
	outcomes, err := store.Verify(ctx, service, rooms, chatlog.VerifyOptions{})
	if err != nil {
		k.warn("record", err.Error(), "")
		return
	}
	var odd []string
	for _, o := range outcomes {
		if o.Verdict != chatlog.Whole && o.Verdict != chatlog.Off {
			odd = append(odd, fmt.Sprintf("%s (%s)", o.Room, o.Verdict))
		}
	}
	if len(odd) > 0 {
		more := ""
		if n := len(odd) - 5; n > 0 {
			odd, more = odd[:5], fmt.Sprintf(" and %d more", n)
		}
		k.warn("record", "rooms that are not whole in it: "+strings.Join(odd, ", ")+more, "muster logs export reads what is new; muster logs verify explains the rest")
		return
	}
	k.ok("record", fmt.Sprintf("has all that the archives of %d rooms have, by their ends and counts", len(rooms)))
}
