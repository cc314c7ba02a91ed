// Package session is the XMPP session of one account: finding the server,
// TLS and login, one stream with many requests under way on it, and a new
// stream when that one is lost (RFC 6120).
//
// A [Client] is the account's connection, whatever stream carries it. A
// [Stream] is one stream: what depends on this account's presence, such as
// being in a chat room, must not outlive it. Both send requests; package xep
// builds the protocol features on either.
//
// The library below, mellium.im/xmpp v0.22.0, negotiates the stream and
// matches answers to requests. Its defects that are worked around here are
// named where that is done.
//
// A [Component] is a connection as an external component (XEP-0114): stanzas of
// other senders come in, and a lost stream is made again for ever.
//
// The package knows no chat rooms, and no configuration keys: a [ConnectError]
// carries a [Hint], which the command line words.
package session
