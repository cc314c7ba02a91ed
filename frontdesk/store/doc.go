// Package store keeps what the front desk must not forget, in an SQLite
// database: requests and their history, links between JIDs and persons, codes,
// messages to send, and the affiliations that were granted. It makes each change
// in one transaction with the event and the messages that belong to it. It
// decides nothing, reads no clock, and sends nothing.
package store
