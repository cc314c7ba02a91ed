// Package chatlog keeps the permanent public record of the rooms: it reads
// each room's message archive into a database, notices what was removed from
// it or lost by the server, and gives the record as lines, by day, by session
// or by search.
//
// It does not know which server the messages come from: a [Source] gives the
// pages of an archive. How the record is shown as pages is the business of
// package site; which rooms there are, that of the caller.
//
// Times are UTC; a day is a UTC date. Nothing in the record has a real JID.
package chatlog
