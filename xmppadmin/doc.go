// Package xmppadmin administers one XMPP multi-user chat service: finding,
// creating, configuring, adopting, archiving and reopening its rooms, sending
// announcements, and examining what the server lacks.
//
// It stands on four packages: session is the XMPP session, xep the protocol
// features, muc the vocabulary that this package re-exports, and dialect how
// each kind of server takes room commands. XML stops below this package;
// callers see [Room], [Settings] and errors.
//
// It decides nothing: which rooms there should be, and how they are set, is
// left to its callers. It knows no meetings.
package xmppadmin
