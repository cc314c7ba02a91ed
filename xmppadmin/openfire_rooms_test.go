package xmppadmin_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"muster/fixtures/xmpptest"
)

// presence is a user who enters or leaves a room.
func (o *openfire) presence(from, name, nick string, in xmpptest.Element) string {
	room := o.rooms[name]
	if in.Attr("type") == "unavailable" {
		if room == nil || room.occupants[from] == "" {
			return ""
		}
		delete(room.occupants, from)
		if len(room.occupants) == 0 && room.config["muc#roomconfig_persistentroom"] == "0" {
			delete(o.rooms, name)
		}
		return o.seen(in, nick, "unavailable", "none", "none", "110")
	}
	if room == nil {
		if o.restricted && !slices.Contains(o.sysadmins, bare(from)) {
			return xmpptest.Refusal(in, "cancel", "not-allowed", "You do not have permission to create a new room.")
		}
		room = newRoom(name, bare(from))
		o.rooms[name] = room
	}
	switch {
	case room.locked && room.affiliations[bare(from)] != "owner": // a sysadmin neither
		return xmpptest.Refusal(in, "cancel", "item-not-found", "This room is locked (it might not have been configured yet).")
	case slices.Contains(slices.Collect(maps.Values(room.occupants)), nick):
		return xmpptest.Refusal(in, "cancel", "conflict", "The nickname is used by someone else.")
	case o.role(from, room) == "":
		return xmpptest.Refusal(in, "auth", "registration-required", "This is a member-only room.")
	}
	out := ""
	for _, jid := range slices.Sorted(maps.Keys(room.occupants)) {
		out += o.seen(in, room.occupants[jid], "", o.affiliation(jid, room), o.role(jid, room))
	}
	room.occupants[from] = nick
	status := []string{"110", "100", "170"}
	if room.locked {
		status = append(status, "201")
	}
	return out + o.seen(in, nick, "", o.affiliation(from, room), o.role(from, room), status...) +
		fmt.Sprintf("<message type='groupchat' from='%s' to='%s'><subject/></message>", xmpptest.Escape(bare(in.Attr("to"))), xmpptest.Escape(from))
}

// seen is the presence of an occupant as the sender of in sees it.
func (o *openfire) seen(in xmpptest.Element, nick, kind, affiliation, role string, status ...string) string {
	if kind != "" {
		kind = " type='" + kind + "'"
	}
	codes := ""
	for _, s := range status {
		codes += "<status code='" + s + "'/>"
	}
	return fmt.Sprintf("<presence from='%s/%s' to='%s'%s><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='%s' role='%s'/>%s</x></presence>",
		xmpptest.Escape(bare(in.Attr("to"))), xmpptest.Escape(nick), xmpptest.Escape(in.Attr("from")), kind, affiliation, role, codes)
}

// affiliation is that which Openfire acts on: a sysadmin is an owner
// everywhere, and on no list of owners.
func (o *openfire) affiliation(jid string, room *openfireRoom) string {
	switch a := room.affiliations[bare(jid)]; {
	case slices.Contains(o.sysadmins, bare(jid)):
		return "owner"
	case a == "":
		return "none"
	default:
		return a
	}
}

// role is empty for those who may not enter.
func (o *openfire) role(jid string, room *openfireRoom) string {
	switch o.affiliation(jid, room) {
	case "owner", "admin":
		return "moderator"
	case "member":
		return "participant"
	}
	switch {
	case room.config["muc#roomconfig_membersonly"] == "1":
		return ""
	case room.config["muc#roomconfig_moderatedroom"] == "1":
		return "visitor"
	}
	return "participant"
}

// own is muc#owner: the form, its submission, the end of the room.
func (o *openfire) own(from, name string, in xmpptest.Element) string {
	room, query := o.rooms[name], in.Payload()
	if o.affiliation(from, room) != "owner" {
		return xmpptest.Refusal(in, "auth", "forbidden", "You don't have authorization to perform this request.")
	}
	switch form := query.Child("x"); {
	case query.Child("destroy").Name.Local != "":
		delete(o.rooms, name)
	case form.Attr("type") == "cancel" && room.locked:
		delete(o.rooms, name)
	case form.Attr("type") == "submit":
		return o.configure(room, in)
	case len(query.Children) == 0:
		return xmpptest.Result(in, "<query xmlns='http://jabber.org/protocol/muc#owner'>"+room.form()+"</query>")
	}
	return xmpptest.Result(in, "")
}

// configure takes over the fields that it knows and passes over the others.
func (o *openfire) configure(room *openfireRoom, in xmpptest.Element) string {
	values := in.Payload().Fields()
	if owners, sent := values["muc#roomconfig_roomowners"]; sent { // the whole list
		if len(owners) == 0 {
			return xmpptest.Refusal(in, "cancel", "conflict", "")
		}
		maps.DeleteFunc(room.affiliations, func(_, a string) bool { return a == "owner" })
		for _, jid := range owners {
			room.affiliations[jid] = "owner"
		}
	}
	for field, value := range values {
		if _, known := room.config[field]; known {
			room.config[field] = strings.Join(value, "")
		}
	}
	if room.config["muc#roomconfig_passwordprotectedroom"] == "0" {
		room.config["muc#roomconfig_roomsecret"] = ""
	}
	room.locked = false
	return xmpptest.Result(in, "")
}

// form is the configuration form, its fields in no order that matters.
func (r *openfireRoom) form() string {
	var b strings.Builder
	b.WriteString("<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
		"<field type='fixed'><value>Who may do what</value></field>")
	for _, name := range slices.Sorted(maps.Keys(r.config)) {
		kind, options := "text-single", ""
		switch name {
		case "muc#roomconfig_allowpm":
			kind = "list-single"
			for _, choice := range []string{"anyone", "moderators", "participants", "none"} {
				options += "<option><value>" + choice + "</value></option>"
			}
		}
		fmt.Fprintf(&b, "<field var='%s' type='%s'><value>%s</value>%s</field>", name, kind, xmpptest.Escape(r.config[name]), options)
	}
	for _, list := range []string{"admin", "owner"} {
		fmt.Fprintf(&b, "<field var='muc#roomconfig_room%ss' type='jid-multi'>", list)
		for _, jid := range r.with(list) {
			fmt.Fprintf(&b, "<value>%s</value>", xmpptest.Escape(jid))
		}
		b.WriteString("</field>")
	}
	return b.String() + "</x>"
}

func (r *openfireRoom) with(affiliation string) []string {
	var jids []string
	for _, jid := range slices.Sorted(maps.Keys(r.affiliations)) {
		if r.affiliations[jid] == affiliation {
			jids = append(jids, jid)
		}
	}
	return jids
}

// affiliate is muc#admin: a list of affiliations, or a change of one.
func (o *openfire) affiliate(from string, room *openfireRoom, in xmpptest.Element) string {
	item := in.Payload().Payload()
	switch {
	case o.affiliation(from, room) != "owner" && (in.Attr("type") == "set" || room.config["muc#roomconfig_whois"] != "anyone"):
		return xmpptest.Refusal(in, "auth", "forbidden", "You don't have authorization to perform this request.")
	case in.Attr("type") == "get":
		var b strings.Builder
		for _, jid := range room.with(item.Attr("affiliation")) {
			fmt.Fprintf(&b, "<item affiliation='%s' jid='%s'/>", item.Attr("affiliation"), xmpptest.Escape(jid))
		}
		return xmpptest.Result(in, "<query xmlns='http://jabber.org/protocol/muc#admin'>"+b.String()+"</query>")
	case item.Attr("jid") != "" && item.Attr("affiliation") == "none":
		delete(room.affiliations, item.Attr("jid"))
	case item.Attr("jid") != "":
		room.affiliations[item.Attr("jid")] = item.Attr("affiliation")
	}
	return xmpptest.Result(in, "")
}
