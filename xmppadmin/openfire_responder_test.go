package xmppadmin_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"muster/fixtures"
	"muster/fixtures/xmpptest"
)

// openfire plays the part of Openfire 5.1, as far as rooms go: what its source
// shows, since none can be installed where these tests run. That its plain
// XEP-0045 is like that of a real server is a test of its own.
type openfire struct {
	*xmpptest.Responder
	rooms      map[string]*openfireRoom
	private    map[string]string         // what accounts store, by namespace
	admins     []string                  // of the server: they see the command; the first owns what it makes
	sysadmins  []string                  // of the group chat service
	restricted bool                      // only they make rooms
	software   string                    // the name that it gives itself
	archives   bool                      // the plugin for archives is loaded
	pageSize   int                       // the most rooms that a page of the list holds
	ran        []string                  // the rooms that the command was run on
	overwrote  []string                  // those of them that were there before
	before     func(in xmpptest.Element) // is called before each stanza is answered
}

// openfireRoom is a room of an openfire.
type openfireRoom struct {
	locked       bool
	config       map[string]string
	affiliations map[string]string // by bare JID
	occupants    map[string]string // nicks by full JID
}

// startOpenfire starts one that archives, with this account as sysadmin.
func startOpenfire(t *testing.T, change ...func(*openfire)) (*openfire, *fixtures.Server) {
	t.Helper()
	o := &openfire{
		rooms: make(map[string]*openfireRoom), private: make(map[string]string), pageSize: 100, software: "Openfire", archives: true,
		admins: []string{"admin@example.org", "muster@example.org"}, sysadmins: []string{"muster@example.org"},
	}
	for _, c := range change {
		c(o)
	}
	r, h := xmpptest.NewResponder(t, o.take)
	o.Responder = r
	return o, h
}

// newRoom is a room as it is made, with a creator.
func newRoom(name, creator string) *openfireRoom {
	return &openfireRoom{
		locked: true, affiliations: map[string]string{creator: "owner"}, occupants: make(map[string]string),
		config: map[string]string{
			"muc#roomconfig_roomname": name, "muc#roomconfig_roomdesc": name, "muc#roomconfig_changesubject": "0",
			"muc#roomconfig_maxusers": "30", "muc#roomconfig_publicroom": "1", "muc#roomconfig_persistentroom": "0",
			"muc#roomconfig_moderatedroom": "0", "muc#roomconfig_membersonly": "0", "muc#roomconfig_passwordprotectedroom": "0",
			"muc#roomconfig_roomsecret": "", "muc#roomconfig_whois": "anyone", "muc#roomconfig_allowpm": "anyone",
			"muc#roomconfig_enablelogging": "1",
		},
	}
}

func bare(jid string) string { return strings.SplitN(jid, "/", 2)[0] }

func (o *openfire) take(from string, in xmpptest.Element) string {
	if o.before != nil {
		o.before(in)
	}
	to, nick, _ := strings.Cut(in.Attr("to"), "/")
	name, domain, isRoom := strings.Cut(to, "@")
	switch {
	case in.Name.Local == "presence" && isRoom:
		return o.presence(from, name, nick, in)
	case in.Name.Local != "iq":
		return ""
	case in.Payload().Name.Space == "jabber:iq:private":
		return o.store(in)
	case !isRoom:
		return o.service(from, in)
	case o.rooms[name] == nil || domain != "rooms.example.org":
		return xmpptest.Refusal(in, "cancel", "item-not-found", "The room does not exist.")
	}
	switch in.Payload().Name.Space {
	case "http://jabber.org/protocol/disco#info":
		return xmpptest.Result(in, o.info("muc_persistent"))
	case "http://jabber.org/protocol/muc#owner":
		return o.own(from, name, in)
	case "http://jabber.org/protocol/muc#admin":
		return o.affiliate(from, o.rooms[name], in)
	default:
		return xmpptest.Refusal(in, "modify", "bad-request", "IQ request cannot be processed by the room itself.")
	}
}

func (o *openfire) info(features ...string) string {
	if o.archives {
		features = append(features, "urn:xmpp:mam:2")
	}
	var b strings.Builder
	for _, f := range append(features, "http://jabber.org/protocol/muc") {
		fmt.Fprintf(&b, "<feature var='%s'/>", f)
	}
	return "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text'/>" + b.String() + "</query>"
}

// service answers what the server and its group chat service are asked.
func (o *openfire) service(from string, in xmpptest.Element) string {
	query := in.Payload()
	atRooms := in.Attr("to") == "rooms.example.org"
	switch {
	case query.Name.Space == "jabber:iq:version" && o.software != "":
		return xmpptest.Result(in, "<query xmlns='jabber:iq:version'><name>"+o.software+"</name><version>5.1.1</version></query>")
	case query.Name.Local == "command" && !atRooms:
		return o.command(from, in)
	case query.Name.Space == "http://jabber.org/protocol/disco#info" && atRooms:
		return xmpptest.Result(in, o.info("http://jabber.org/protocol/rsm"))
	case query.Name.Space == "http://jabber.org/protocol/disco#items" && query.Attr("node") != "":
		item := ""
		if !atRooms && slices.Contains(o.admins, bare(from)) {
			item = "<item jid='example.org' node='http://jabber.org/protocol/admin#create-muc-room' name='Create a Multi-user Chat'/>"
		}
		return xmpptest.Result(in, "<query xmlns='http://jabber.org/protocol/disco#items' node='"+query.Attr("node")+"'>"+item+"</query>")
	case query.Name.Space == "http://jabber.org/protocol/disco#items" && atRooms:
		return xmpptest.Result(in, o.list(from, query.Child("set").Child("after").Text))
	default:
		return xmpptest.Refusal(in, "cancel", "service-unavailable", "")
	}
}

// list is one page of the rooms that a user may see.
func (o *openfire) list(from, after string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(o.rooms)) {
		if o.rooms[name].config["muc#roomconfig_publicroom"] == "1" || o.rooms[name].affiliations[bare(from)] != "" || slices.Contains(o.sysadmins, bare(from)) {
			all = append(all, name+"@rooms.example.org")
		}
	}
	page := all[slices.Index(all, after)+1:]
	page = page[:min(len(page), o.pageSize)]
	var b strings.Builder
	for _, jid := range page {
		fmt.Fprintf(&b, "<item jid='%s'/>", xmpptest.Escape(jid))
	}
	if len(page) == 0 { // then the request comes back as it is
		b.WriteString("<set xmlns='http://jabber.org/protocol/rsm'><max>100</max></set>")
	} else {
		fmt.Fprintf(&b, "<set xmlns='http://jabber.org/protocol/rsm'><last>%s</last><count>%d</count></set>", xmpptest.Escape(page[len(page)-1]), len(all))
	}
	return "<query xmlns='http://jabber.org/protocol/disco#items'>" + b.String() + "</query>"
}

// command is create-muc-room: two requests, an empty note for success.
func (o *openfire) command(from string, in xmpptest.Element) string {
	c := in.Payload()
	node := c.Attr("node")
	reply := func(status, payload string) string {
		return xmpptest.Result(in, fmt.Sprintf("<command xmlns='http://jabber.org/protocol/commands' node='%s' sessionid='s1' status='%s'>%s</command>",
			node, status, payload))
	}
	switch {
	case node != "http://jabber.org/protocol/admin#create-muc-room":
		return xmpptest.Refusal(in, "cancel", "item-not-found", "")
	case !slices.Contains(o.admins, bare(from)):
		return xmpptest.Refusal(in, "auth", "forbidden", "")
	case c.Attr("sessionid") == "":
		return reply("executing", "<x xmlns='jabber:x:data' type='form'>"+
			"<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/admin</value></field>"+
			"<field var='roomname' type='text-single'><required/></field><field var='servicename' type='text-single'><required/></field>"+
			"<field var='password' type='text-private'/><field var='persistent' type='boolean'/><field var='public' type='boolean'/></x>"+
			"<actions execute='complete'><complete/></actions>")
	}
	values := c.Fields()
	first := func(name string) string { return strings.Join(values[name], "") }
	if service := strings.TrimSuffix(first("servicename"), ".example.org"); service != "rooms" {
		return reply("completed", "<note type='error'>The service name is invalid.</note>")
	}
	name := first("roomname")
	o.ran = append(o.ran, name)
	room := o.rooms[name]
	if room == nil {
		room = newRoom(name, o.admins[0])
		o.rooms[name] = room
	} else {
		o.overwrote = append(o.overwrote, name)
	}
	room.config["muc#roomconfig_persistentroom"], room.config["muc#roomconfig_publicroom"] = wireValue(first("persistent")), wireValue(first("public"))
	return reply("completed", "<note/>")
}

func wireValue(value string) string {
	if value == "1" || value == "true" {
		return "1"
	}
	return "0"
}

// store is private storage (XEP-0049).
func (o *openfire) store(in xmpptest.Element) string {
	note := in.Payload().Payload()
	if in.Attr("type") == "set" {
		o.private[note.Name.Space] = note.Text
		return xmpptest.Result(in, "")
	}
	return xmpptest.Result(in, fmt.Sprintf("<query xmlns='jabber:iq:private'><%s xmlns='%s'>%s</%[1]s></query>",
		note.Name.Local, xmpptest.Escape(note.Name.Space), xmpptest.Escape(o.private[note.Name.Space])))
}
