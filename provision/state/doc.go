// Package state keeps the state folder: the lock that makes a run the only one
// ([AcquireLock]), the audit trail ([OpenAudit]), and what earlier runs leave to
// later ones ([LoadHistory]). All file I/O of the provision packages is here.
package state
