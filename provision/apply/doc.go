// Package apply carries a plan out on a service: see [Run]. It trusts no answer
// of the service, and reads back every room that it has changed.
//
// It keeps no state of its own; the audit trail is written by a [Recorder].
package apply
