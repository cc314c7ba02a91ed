package prosody_test

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"muster/fixtures/xmpptest"
)

const service = "rooms.example.org"

// field is one field of a form that is submitted.
type field struct {
	name   string
	values []string
}

func f(name string, values ...string) field { return field{name, values} }

// room begins a form that names a room.
func room(name string, more ...field) []field {
	return append([]field{f("roomname", name)}, more...)
}

// Short names for settings.
const (
	title      = "muc#roomconfig_roomname"
	desc       = "muc#roomconfig_roomdesc"
	persistent = "muc#roomconfig_persistentroom"
	public     = "muc#roomconfig_publicroom"
	archiving  = "muc#roomconfig_enablearchiving"
	moderated  = "muc#roomconfig_moderatedroom"
	subject    = "muc#roominfo_subject"
	logs       = "muc#roominfo_logs"
)

// reply is the answer to a command.
type reply struct {
	condition, text string // of a stanza error, else empty
	status, session string
	notes           []string
	fields          map[string][]string
	columns         []string
	items           []map[string][]string
}

func (r reply) String() string {
	if r.condition != "" {
		return r.condition + ": " + r.text
	}
	return fmt.Sprint(r.status, r.notes, r.fields, r.items)
}

// run submits a command in one stage.
func (s *stream) run(command string, fields []field) reply {
	s.t.Helper()
	return s.command(command, "", form("http://jabber.org/protocol/admin", fields))
}

func (s *stream) command(command, attrs, content string) reply {
	s.t.Helper()
	return readReply(s.Ask("set", service, fmt.Sprintf(
		"<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#%s' %s>%s</command>",
		command, attrs, content)))
}

// done submits a command that must succeed.
func (s *stream) done(command string, fields []field) reply {
	s.t.Helper()
	r := s.run(command, fields)
	if r.status != "completed" {
		s.t.Fatalf("%s: got %v", command, r)
	}
	return r
}

// row returns what the table says of a room, or nil.
func (s *stream) row(name string) map[string][]string {
	s.t.Helper()
	items := s.done("get-muc-rooms", []field{f("roomnames", name)}).items
	if len(items) == 0 {
		return nil
	}
	return items[0]
}

func form(formType string, fields []field) string {
	var b strings.Builder
	b.WriteString("<x xmlns='jabber:x:data' type='submit'>")
	if formType != "" {
		fields = slices.Insert(slices.Clone(fields), 0, f("FORM_TYPE", formType))
	}
	for _, field := range fields {
		fmt.Fprintf(&b, "<field var='%s'>", field.name)
		for _, v := range field.values {
			b.WriteString("<value>")
			_ = xml.EscapeText(&b, []byte(v)) // a Builder takes everything
			b.WriteString("</value>")
		}
		b.WriteString("</field>")
	}
	return b.String() + "</x>"
}

func readReply(iq xmpptest.Element) reply {
	r := reply{fields: make(map[string][]string)}
	if errors := iq.Find("error"); len(errors) > 0 {
		r.condition = errors[0].Children[0].Name.Local
		for _, text := range errors[0].Find("text") {
			r.text = text.Text
		}
		return r
	}
	for _, c := range iq.Find("command") {
		r.status, r.session = c.Attr("status"), c.Attr("sessionid")
	}
	for _, n := range iq.Find("note") {
		r.notes = append(r.notes, n.Attr("type")+": "+n.Text)
	}
	for _, x := range iq.Find("x") {
		r.fields = readFields(x.Children)
		for _, item := range x.Find("item") {
			r.items = append(r.items, readFields(item.Children))
		}
		for _, reported := range x.Find("reported") {
			for _, field := range reported.Children {
				r.columns = append(r.columns, field.Attr("var"))
			}
		}
	}
	return r
}

func readFields(elements []xmpptest.Element) map[string][]string {
	fields := make(map[string][]string)
	for _, e := range elements {
		if e.Name.Local != "field" {
			continue
		}
		values := []string{}
		for _, v := range e.Find("value") {
			values = append(values, v.Text)
		}
		fields[e.Attr("var")] = values
	}
	return fields
}
