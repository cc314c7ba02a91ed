// Package agenda reads the agendas of IETF meetings, and the list of groups,
// from a Datatracker.
//
// HTTP and the Datatracker's JSON stop here: a caller gets a [Meeting] of
// [Session] and [Group] values, joined from agenda.json and agenda-data, or a
// [GroupList] of what groups there are, or an error that says what failed and
// on which document. What the Datatracker means by its data is decided here
// too: which chat room a session has, and which group states are active or
// over. Which rooms there should be is left to others.
package agenda
