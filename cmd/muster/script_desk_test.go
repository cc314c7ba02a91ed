package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/frontdesk"
)

// scriptOutbox prints how many messages wait in the front desk's database to be
// sent by chat or said in rooms, and each of them, and notes them as sent.
func scriptOutbox(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(filepath.Join("state", "desk.db"))
	if _, err := os.Stat(path); neg || len(args) > 0 || err != nil {
		ts.Fatalf("usage: outbox; %v", err)
	}
	store, err := frontdesk.Open(path)
	ts.Check(err)
	defer store.Close()
	ctx, late := context.Background(), time.Now().AddDate(100, 0, 0)
	all, err := store.Due(ctx, frontdesk.Chat, late)
	ts.Check(err)
	inRooms, err := store.Due(ctx, frontdesk.InRoom, late)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "messages: %d, in rooms: %d\n", len(all), len(inRooms))
	for _, m := range append(all, inRooms...) {
		fmt.Fprintf(ts.Stdout(), "to %s: %s\n", m.Address, m.Body)
		ts.Check(store.Sent(ctx, m.ID, late))
	}
}
