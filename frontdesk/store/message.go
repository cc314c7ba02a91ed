package store

import (
	"fmt"
	"strings"
)

// The messages to requesters. Each is sent by itself, so it names the request.

func receivedText(r Request) string {
	text := fmt.Sprintf("Waiting. Request %d for the room %s waits for the secretariat", r.ID, r.Room)
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return fmt.Sprintf("%s. To withdraw it, send: withdraw %d", text, r.ID)
}

func approvedText(r Request, changes string) string {
	text := fmt.Sprintf("Request %d was approved. The room %s is being made and stays open until %s.", r.ID, r.Room, r.Until)
	if changes != "" {
		text += " Changed: " + changes + "."
	}
	return text
}

func liveText(r Request, service, log string) string {
	address := r.Room
	if service != "" {
		address = JoinAddress(r.Room, service)
	}
	return fmt.Sprintf("Done. The room of request %d is open until %s: %s - %s", r.ID, r.Until, address, loggedText(log))
}

// JoinAddress returns the address by which clients enter a room (XEP-0147).
func JoinAddress(room, service string) string { return "xmpp:" + room + "@" + service + "?join" }

// loggedText returns how a room is logged.
func loggedText(log string) string {
	if log == "" {
		return "What is said there is logged and published."
	}
	return "What is said there is logged and published at " + log
}

func deniedText(r Request) string {
	return fmt.Sprintf("Request %d for the room %s was denied: %s", r.ID, r.Room, r.Reason)
}

func withdrawnText(r Request) string {
	text := fmt.Sprintf("Request %d for the room %s was withdrawn by %s.", r.ID, r.Room, actor(r.DecidedBy))
	if r.State == Live {
		text += " The room is going to be archived."
	}
	return text
}

// actor returns how an actor is named to the requester.
func actor(by string) string {
	if by == byDesk || strings.HasPrefix(by, shellPrefix) {
		return "the secretariat"
	}
	return by
}

func lapsedText(r Request) string {
	return fmt.Sprintf("Request %d for the room %s has lapsed: it was not answered in time. You may request it again.", r.ID, r.Room)
}

func endedText(r Request) string {
	return fmt.Sprintf("The room %s of request %d has ended. Its log stays where it is.", r.Room, r.ID)
}

func neverMadeText(r Request) string {
	return fmt.Sprintf("Request %d has ended: its last day is past, and the room %s was never made.", r.ID, r.Room)
}

func supersededText(r Request) string {
	return fmt.Sprintf("Request %d has ended: a group, a session or a standing room has the name %s now.", r.ID, r.Room)
}

func failedText(r Request) string {
	return fmt.Sprintf("The room %s of request %d could not be made yet: %s. It is tried again.", r.Room, r.ID, strings.TrimSuffix(r.Error, "."))
}

func warningText(r Request) string {
	return fmt.Sprintf("The room %s ends after %s. To keep it for 30 days more, send: extend %d until +30d", r.Room, r.Until, r.ID)
}

func extendedText(r Request) string {
	return fmt.Sprintf("Request %d was extended: the room %s stays open until %s.", r.ID, r.Room, r.Until)
}

func notExtendedText(r Request, day string) string {
	return fmt.Sprintf("The extension of request %d until %s was denied: %s. The room %s stays open until %s.",
		r.ID, day, strings.TrimSuffix(r.Reason, "."), r.Room, r.Until)
}
