// Package provision is the vocabulary that the stages of a run share: a wanted
// [Room] and its [Reason], a [Change] of a room with its [Action] and its
// [Field] values, [Counts], the rules for room names, the wording of dates and
// meetings, and the [Service] that a run works on.
//
// The stages are packages of their own: provision/want derives the wanted
// rooms, provision/plan compares them with those found and holds the guards,
// provision/apply carries a plan out, and provision/state keeps the state
// folder. A Room is one type in all of them; no stage derives its name or its
// title again.
//
// The package does no I/O and knows no HTTP, XML, flags or configuration files.
package provision
