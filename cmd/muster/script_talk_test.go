package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/fixtures/xmpptest"
)

// scriptSay has alice enter a room and send a message to it, with an id and
// these elements:
//
//	say ROOM ID ELEMENTS
func scriptSay(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: say ROOM ID ELEMENTS")
	}
	server := worldOf(ts).server
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p, err := xmpptest.Connect(ctx, server, "alice", server.Password)
	ts.Check(err)
	defer p.Close()
	room := args[0] + "@" + server.Service
	ts.Check(p.Join(ctx, room, "alice"))
	ts.Check(p.SayXML(ctx, room, args[1], args[2]))
}

// scriptDamage changes the record behind the program's back:
//
//	damage STATEMENT
func scriptDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage STATEMENT")
	}
	db, err := sql.Open("sqlite", filepath.Join(worldOf(ts).work, "state", "logs", "messages.db"))
	ts.Check(err)
	defer db.Close()
	done, err := db.Exec(args[0])
	ts.Check(err)
	if n, _ := done.RowsAffected(); n == 0 {
		ts.Fatalf("nothing was damaged")
	}
}
