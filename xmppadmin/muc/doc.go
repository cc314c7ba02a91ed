// Package muc is the vocabulary of a multi-user chat service under
// administration (XEP-0045): rooms, their settings, the three outcomes of
// looking at one, their addresses, and the mark of an archived room. Package
// xmppadmin re-exports it; it is a package of its own so that the dialects,
// which xmppadmin builds on, can share it. It does no I/O.
package muc
