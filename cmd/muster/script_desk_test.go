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

// scriptOutbox prints how many chat messages wait, and the messages that wait in the front desk's database, the
// oldest first, and notes them as sent.
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
	fmt.Fprintf(ts.Stdout(), "messages: %d\n", len(all))
	for _, m := range all {
		fmt.Fprintf(ts.Stdout(), "to %s: %s\n", m.Address, m.Body)
		ts.Check(store.Sent(ctx, m.ID, late))
	}
}
