// Package frontdesk lets chairs request rooms from their own chat clients, and
// the secretariat answer: the rules, the conversations, and what is kept of them.
//
// A [Desk] is given what a person did, and the time, and returns what to answer.
// It knows no XML: package frontdesk/component connects it to a server. It knows
// no way to make a room: [Rooms] makes one by the same plan, guard and apply as
// every other room.
package frontdesk
