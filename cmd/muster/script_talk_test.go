package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/fixtures/datatracker"
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

// scriptClock sets the program's clock to so long after the true time:
//
//	clock DURATION
func scriptClock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock DURATION")
	}
	after, err := time.ParseDuration(args[0])
	ts.Check(err)
	ts.Setenv(clockVariable, time.Now().Add(after).Format(time.RFC3339))
}

// checkUploads asserts how often the chat log of a session was taken, and what the
// last of them is like.
func checkUploads(ts *testscript.TestScript, d *datatracker.Datatracker, args []string) {
	session, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := d.Chatlogs(session)
	lines := 0
	for _, c := range got {
		lines = len(c.Lines)
		if len(c.Wrong) > 0 {
			ts.Fatalf("the chat log of session %d: %q", session, c.Wrong)
		}
	}
	if fmt.Sprint(len(got)) != args[1] || fmt.Sprint(lines) != args[2] {
		ts.Fatalf("session %d has %d chat logs, the last of %d messages", session, len(got), lines)
	}
}
