package xmppadmin_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmpp/stanza"

	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

const (
	aNode    = "http://jabber.org/protocol/admin#announce"
	elements = "http://jabber.org/protocol/disco#items"
)

// scripted starts a server that gives one answer after the other to ad-hoc
// commands, the last of them again and again, and a list of one command to
// a request for its commands.
func scripted(t *testing.T, answers ...func(in xmpptest.Element) string) (*xmpptest.Responder, *session.Client) {
	t.Helper()
	r, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
		switch payload := in.Payload(); {
		case payload.Name.Local == "command" && payload.Attr("action") == "cancel":
			return xmpptest.Result(in, "<command xmlns='http://jabber.org/protocol/commands' status='canceled'/>")
		case payload.Name.Local == "command":
			answer := answers[0]
			answers = answers[min(1, len(answers)-1):]
			return answer(in)
		case payload.Name.Space == elements:
			return xmpptest.Result(in, "<query xmlns='"+elements+"'><item jid='example.org' node='"+aNode+"'/></query>")
		default:
			return ""
		}
	})
	return r, dial(t, config(t, h))
}

// stillWorks makes sure that a session has outlived what it was sent.
func stillWorks(t *testing.T, c *session.Client) {
	t.Helper()
	if nodes, err := xep.Commands(t.Context(), c, "example.org"); err != nil || !slices.Equal(nodes, []string{aNode}) {
		t.Errorf("the next request is answered with %q, %v", nodes, err)
	}
	if n := c.Stats().Streams; n != 1 {
		t.Errorf("it took %d streams", n)
	}
}

// answers returns an answer with a payload.
func answers(payload string) func(xmpptest.Element) string {
	return func(in xmpptest.Element) string { return xmpptest.Result(in, payload) }
}

// status answers with a command in a status, and what is in it.
func status(status, content string) func(xmpptest.Element) string {
	return answers("<command xmlns='http://jabber.org/protocol/commands' node='" + aNode + "' sessionid='s1' status='" +
		status + "'>" + content + "</command>")
}

func refuses(kind, condition, text string) func(xmpptest.Element) string {
	return func(in xmpptest.Element) string { return xmpptest.Refusal(in, kind, condition, text) }
}

// fillNothing answers every stage with an empty form.
func fillNothing(int, *xep.Form) (xep.Form, error) {
	return xep.NewSubmission(""), nil
}

const aForm = "<x xmlns='jabber:x:data' type='form'><field var='announcement' type='text-multi'/></x>"

func TestCommandsThatFail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(xmpptest.Element) string
		text   string
		is     error
	}{
		{"an error stanza", refuses("auth", "forbidden", "Not for you."), "forbidden: Not for you.", xmppadmin.ErrForbidden},
		{"an error stanza around the request", func(in xmpptest.Element) string {
			const request = "<command xmlns='http://jabber.org/protocol/commands' status='canceled'/>"
			return strings.Replace(xmpptest.Refusal(in, "cancel", "item-not-found", ""), "<error", request+"<error", 1)
		}, "item-not-found", xmppadmin.ErrAbsent},
		{"an error stanza with white space", func(in xmpptest.Element) string {
			return strings.ReplaceAll(xmpptest.Refusal(in, "modify", "bad-request", "No."), "><", ">\n  <")
		}, "bad-request: No.", stanza.Error{Condition: stanza.BadRequest}},
		{"an error stanza without an error", func(in xmpptest.Element) string {
			return "<iq type='error' id='" + in.Attr("id") + "' from='rooms.example.org'/>"
		}, "undefined-condition", stanza.Error{Condition: stanza.UndefinedCondition}},
		{"an error note in a completed command", status("completed", "<note type='error'>The room\nname is missing.</note>"), "The room name is missing.", nil},
		{"an error note among others",
			status("completed", "<note>well</note><note type='error'>a</note><note type='warn'>so</note><note type='error'>b</note>"),
			"a; b", nil},
		{"canceled", status("canceled", ""), "canceled by the server", nil},
		{"canceled, with a note", status("canceled", "<note type='error'>No such room.</note>"), "No such room.", nil},
		{"a status that there is not", status("finished", ""), `the status "finished"`, nil},
		{"no status", answers("<command xmlns='http://jabber.org/protocol/commands'/>"), `the status ""`, nil},
		{"an empty answer", answers(""), `the status ""`, nil},
		{"white space alone", answers("\n  "), `the status ""`, nil},
		{"another answer", answers("<query xmlns='jabber:iq:version'/>"), "unusable answer", nil},
		{"no end", status("executing", aForm), "not complete after 8 stages", nil},
		{"no end and no form", status("executing", ""), "not complete after 8 stages", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, c := scripted(t, test.answer)
			_, err := xep.Execute(t.Context(), c, "rooms.example.org", aNode, fillNothing)
			var failed *xep.CommandError
			if !errors.As(err, &failed) || failed.At != "rooms.example.org" || failed.Node != aNode {
				t.Fatalf("the error is %v", err)
			}
			if !strings.Contains(failed.Text, test.text) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("the error is %v, which does not contain %q or is not %v", err, test.text, test.is)
			}
			if sent := r.Heard(isCommand("")); len(sent) > 10 {
				t.Errorf("%d requests were sent", len(sent))
			}
			if ends := len(r.Heard(isCommand("cancel"))); strings.HasPrefix(test.name, "no end") != (ends == 1) {
				t.Errorf("the command was canceled %d times", ends)
			}
			stillWorks(t, c)
		})
	}
}

// isCommand accepts requests of commands, of one action or of any.
func isCommand(action string) func(xmpptest.Element) bool {
	return func(in xmpptest.Element) bool {
		p := in.Payload()
		return p.Name.Local == "command" && (action == "" || p.Attr("action") == action)
	}
}

func TestCommandsInOddShapes(t *testing.T) {
	t.Parallel()
	const (
		actions = "<actions execute='complete'><next/><complete/></actions>"
		note    = "<note>Read this.</note>"
		done    = "<x xmlns='jabber:x:data' type='result'><field var='res'><value>0</value></field></x>"
	)
	spread := func(answer func(xmpptest.Element) string) func(xmpptest.Element) string {
		return func(in xmpptest.Element) string { return strings.ReplaceAll(answer(in), "><", ">\n\t<") }
	}
	completed := status("completed", note+done)
	answer := func(list ...func(xmpptest.Element) string) []func(xmpptest.Element) string { return list }
	tests := []struct {
		name    string
		answers []func(xmpptest.Element) string
		actions []string // that are sent
	}{
		{"one stage", answer(completed), []string{"execute"}},
		{"children the other way round",
			answer(status("executing", actions+aForm), status("completed", done+note)), []string{"execute", "complete"}},
		{"the form first", answer(status("executing", aForm+actions), completed), []string{"execute", "complete"}},
		{"white space between all elements",
			answer(spread(status("executing", actions+aForm)), spread(completed)), []string{"execute", "complete"}},
		{"unknown children", answer(
			status("executing", "<hint xmlns='x:y'><x/></hint>"+aForm), status("completed", done+note+"<x xmlns='other'/>"),
		), []string{"execute", "complete"}},
		{"next is all that is allowed", answer(
			status("executing", "<actions><next/></actions>"+aForm), status("executing", aForm), completed,
		), []string{"execute", "next", "complete"}},
		{"next is the default", answer(
			status("executing", "<actions execute='next'><next/><complete/></actions>"+aForm), completed,
		), []string{"execute", "next"}},
		{"a default that does not exist", answer(
			status("executing", "<actions execute='perform'><prev/></actions>"+aForm), completed,
		), []string{"execute", "complete"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, c := scripted(t, test.answers...)
			out, err := xep.Execute(t.Context(), c, "rooms.example.org", aNode, fillNothing)
			if err != nil {
				t.Fatal(err)
			}
			if want := []xep.Note{{Type: "info", Text: "Read this."}}; !slices.Equal(out.Notes, want) {
				t.Errorf("the notes are %v", out.Notes)
			}
			if out.Form == nil {
				t.Fatal("there is no result")
			}
			if f, _ := out.Form.Field("res"); f.Value() != "0" {
				t.Errorf("the result is %+v", out.Form)
			}
			var sent []string
			for i, in := range r.Heard(isCommand("")) {
				sent = append(sent, in.Payload().Attr("action"))
				if session := in.Payload().Attr("sessionid"); (session == "s1") != (i > 0) {
					t.Errorf("request %d is of the session %q", i, session)
				}
			}
			if diff := cmp.Diff(test.actions, sent); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
			stillWorks(t, c)
		})
	}
}

// TestErrorFieldOfEjabberd is the fourth way in which a command fails: it is
// completed, and its result form has a field called error.
func TestErrorFieldOfEjabberd(t *testing.T) {
	t.Parallel()
	r, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
		switch p := in.Payload(); {
		case p.Name.Local == "command" && p.Child("x").Name.Local == "":
			return xmpptest.Result(in, "<command xmlns='http://jabber.org/protocol/commands' status='executing' sessionid='s1'>"+
				"<x xmlns='jabber:x:data' type='form'><field var='room' type='text-single'/></x></command>")
		case p.Name.Local == "command":
			return xmpptest.Result(in, "<command xmlns='http://jabber.org/protocol/commands' status='completed'>"+
				"<x xmlns='jabber:x:data' type='result'><field var='room'><value>quic</value></field><field var='error' label='Error 403'>"+
				"<value>AccessRules: Account does not have the right\nto perform it.</value></field></x></command>")
		case p.Name.Space == elements && in.Attr("to") == "example.org":
			items := "<item jid='rooms.example.org'/>"
			for _, name := range strings.Fields("create_room_with_opts get_room_affiliations " +
				"get_room_options muc_online_rooms set_room_affiliation") {
				items += "<item jid='example.org' node='api-commands/" + name + "'/>"
			}
			return xmpptest.Result(in, "<query xmlns='"+elements+"'>"+items+"</query>")
		default:
			return chatService(in)
		}
	})
	s := open(t, h, "auto")
	const text = "at example.org: Error 403: AccessRules: Account does not have the right to perform it."
	errs := map[string]error{
		"get_room_affiliations": read(t, s, "quic").Err,
		"create_room_with_opts": s.Create(t.Context(), "quic", live("quic")),
		"set_room_affiliation":  s.Adopt(t.Context(), "quic"),
	}
	_, errs["muc_online_rooms"] = s.Survey(t.Context(), nil)
	for command, err := range errs {
		if !errors.Is(err, xmppadmin.ErrForbidden) || !strings.Contains(err.Error(), fmt.Sprintf("command api-commands/%s %s", command, text)) {
			t.Errorf("%s: the error is %v", command, err)
		}
	}
	submitted := r.Heard(func(in xmpptest.Element) bool { return in.Payload().Child("x").Name.Local != "" })
	if len(submitted) != len(errs) {
		t.Errorf("%d requests were sent", len(submitted))
	}
}

// chatService answers for a service without rooms and commands.
func chatService(in xmpptest.Element) string {
	switch in.Payload().Name.Space {
	case "http://jabber.org/protocol/disco#info":
		if strings.Contains(in.Attr("to"), "@") {
			return xmpptest.Refusal(in, "cancel", "item-not-found", "")
		}
		return xmpptest.Result(in, "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text'/>"+
			"<feature var='http://jabber.org/protocol/muc'/><feature var='http://jabber.org/protocol/rsm'/></query>")
	case elements:
		return xmpptest.Result(in, "<query xmlns='"+elements+"'/>")
	default:
		return xmpptest.Refusal(in, "cancel", "service-unavailable", "")
	}
}
