// Package component connects a front desk to an XMPP server, as an external
// component (XEP-0114): service discovery (XEP-0030) with entity capabilities
// (XEP-0115), the serving half of ad-hoc commands (XEP-0050), chat, presence and
// the messages of an outbox. XML stops here: what a person may do and what is
// answered is decided by a [Desk].
//
// The desk has two addresses, its domain and one with a localpart, and both
// answer everything. Not every client can chat with a domain.
package component
