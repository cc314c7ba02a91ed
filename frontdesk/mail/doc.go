// Package mail sends the mails of the front desk: it drains the mails of an
// [Outbox] to one SMTP server, over TLS alone.
//
// What is mailed, and to whom, is decided by package frontdesk.
package mail
