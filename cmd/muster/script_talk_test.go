package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
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

// scriptVisit has an account run a command at the front desk, and prints what is
// answered:
//
//	visit ACCOUNT NODE [FIELD=VALUE...]
//
// With ! the command must be refused. The node "offers" prints the
// nodes that are offered.
func scriptVisit(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: visit ACCOUNT NODE [FIELD=VALUE...]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	v, err := xmpptest.Visit(ctx, worldOf(ts).server, args[0], "desk.example.org")
	ts.Check(err)
	defer v.Close()
	values := make(map[string]string)
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		values[name] = value
	}
	var lines []string
	if args[1] == "offers" {
		lines, err = v.Offers(ctx)
	} else {
		lines, err = v.Run(ctx, args[1], values)
	}
	if err != nil {
		lines = append(lines, err.Error())
	}
	fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
	if (err != nil) != neg {
		ts.Fatalf("visit %v: %v", args, err)
	}
}

// scriptGet prints what is served under an address, and checks the status:
//
//	get STATUS URL
//
// It waits until the status is that one.
func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get STATUS URL")
	}
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(args[1])
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		ts.Check(err)
		if last = string(body); strconv.Itoa(answer.StatusCode) == args[0] {
			fmt.Fprint(ts.Stdout(), last)
			return
		}
	}
	ts.Fatalf("%s did not answer with %s: %s", args[1], args[0], last)
}
