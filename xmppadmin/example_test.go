package xmppadmin_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// Create a room, read it back, and treat an existing one as a normal case.
func Example() {
	ctx := context.Background()
	client, err := session.Dial(ctx, session.Config{JID: "muster@example.org", Password: "secret"})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	service, err := xmppadmin.Open(ctx, client, "rooms.example.org", "auto")
	if err != nil {
		log.Fatal(err)
	}
	err = service.Create(ctx, "quic", xmppadmin.Settings{
		xmppadmin.Title: "quic: QUIC", xmppadmin.Persistent: xmppadmin.True,
	})
	if err != nil && !errors.Is(err, xmppadmin.ErrExists) {
		log.Fatal(err)
	}
	rooms, err := service.Read(ctx, []string{"quic"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rooms[0].State, rooms[0].Managed, rooms[0].Settings[xmppadmin.Title])
}

func ExampleArchivedTitle() {
	title := xmppadmin.ArchivedTitle("quic: QUIC")
	fmt.Println(title)
	fmt.Println(xmppadmin.ArchivedTitle(title) == title, xmppadmin.LiveTitle(title))
	// Output:
	// [archived] quic: QUIC
	// true quic: QUIC
}

func ExampleRoomJID() {
	fmt.Println(xmppadmin.RoomJID("quic", "rooms.example.org"))
	fmt.Println(xmppadmin.RoomJID("QUIC", "rooms.example.org"))
	// Output:
	// quic@rooms.example.org <nil>
	//  room "QUIC": the server would change it to "quic"
}
