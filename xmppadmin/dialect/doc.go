// Package dialect is how each kind of server takes room commands, and what is
// known of each: one file per server with its detection, its commands and
// fields, what on it stands in the way of a setting, and how long it keeps an
// archive. owner.go and archive.go are the dialect that every server speaks,
// plain XEP-0045, on which the others fall back.
//
// It decides nothing: which rooms there should be, and how they are set, is
// decided above. To add a server, add its file, and its lines in Choose and in
// servers.
package dialect
