// Package agenda reads the agendas of IETF meetings, and the list of groups,
// from a Datatracker.
//
// HTTP and the Datatracker's JSON stop here: a caller gets a [Meeting] of
// [Session] and [Group] values, joined from agenda.json and agenda-data, or a
// [GroupList] of what groups there are, or an error that says what failed and
// on which document. The package knows nothing of rooms; which session or
// group gets which room is for others to decide.
package agenda
