// Package xmppadmin administers one XMPP multi-user chat service.
//
// It holds the session with the server, runs ad-hoc commands (XEP-0050) in the
// manner of XEP-0133, speaks the dialect in which each kind of server takes
// room commands, and falls back on plain XEP-0045 owner configuration where a
// server has none. XML stops here: callers see [Room], [Settings] and errors.
//
// It decides nothing: which rooms there should be, and how they are set, is
// for its callers to say.
package xmppadmin
