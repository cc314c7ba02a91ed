package xep_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"log"
	"os"
	"strings"

	"mellium.im/xmlstream"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Read a form, and fill in the fields that it has.
func ExampleForm() {
	const wire = `<x xmlns='jabber:x:data' type='form'>
		<field var='muc#roomconfig_roomname' type='text-single'><value>quic</value></field>
		<field var='mam' type='boolean'/></x>`
	var form xep.Form
	if err := xml.NewDecoder(strings.NewReader(wire)).Decode(&form); err != nil {
		log.Fatal(err)
	}
	answer := xep.NewSubmission("")
	for _, name := range []string{"mam", "muc#roomconfig_enablearchiving"} {
		if form.Has(name) {
			answer = answer.With(name, "1")
		}
	}
	e := xml.NewEncoder(os.Stdout)
	if _, err := xmlstream.Copy(e, answer.TokenReader()); err != nil {
		log.Fatal(err)
	}
	if err := e.Flush(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// <x xmlns="jabber:x:data" type="submit"><field var="mam"><value>1</value></field></x>
}

// Run an ad-hoc command of one stage.
func ExampleSubmit() {
	ctx := context.Background()
	client, err := session.Dial(ctx, session.Config{JID: "muster@example.org", Password: "secret"})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	args := xep.Form{Type: "submit"}.With("service", "rooms.example.org")
	outcome, err := xep.Submit(ctx, client, "example.org", "api-commands/muc_online_rooms", args)
	if err != nil {
		log.Fatal(err)
	}
	rooms, _ := outcome.Form.Field("rooms")
	fmt.Println(len(rooms.Values), "rooms")
}
