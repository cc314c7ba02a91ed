package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
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
//	get STATUS URL [PATTERN]
//
// It waits until the status is that one, and what is served matches.
func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: get STATUS URL [PATTERN]")
	}
	pattern := regexp.MustCompile("(?m)" + strings.Join(args[2:], ""))
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var status int
		if status, last = served(args[1]); strconv.Itoa(status) == args[0] && pattern.MatchString(last) {
			fmt.Fprint(ts.Stdout(), last)
			return
		}
	}
	ts.Fatalf("%s did not answer with %s: %s", args[1], args[0], last)
}

// served returns the status of an address and what is served under it; 0 and the
// error where nothing is.
func served(url string) (status int, body string) {
	answer, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(text)
}
