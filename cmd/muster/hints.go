package main

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"muster/agenda"
	"muster/frontdesk"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// hintOf returns what the user can do about an error, or nothing.
func hintOf(err error) string {
	var connect *session.ConnectError
	var h interface{ Hint() string }
	var datatracker *agenda.Error
	var outage *agenda.Outage
	var upload *agenda.UploadError
	var stale *plan.StalePlanError
	var locked *state.LockedError
	switch {
	case errors.As(err, &connect):
		return cmp.Or(certificateHint(connect), connectHint(connect.Hint))
	case errors.As(err, &h) && h.Hint() != "":
		return h.Hint()
	case errors.As(err, &datatracker):
		return datatracker.Hint
	case errors.As(err, &upload):
		return upload.Hint
	case errors.As(err, &outage):
		return cmp.Or(outage.Hint, "muster plan shows what the copy leads to; try again when the Datatracker answers")
	case errors.As(err, &stale):
		return "make the plan again, and review it"
	case errors.As(err, &locked):
		return "wait for it to end, or give --lock-timeout to have this run wait"
	case errors.Is(err, frontdesk.ErrUnknown):
		return "muster request list and muster chairs list have what there is"
	case errors.Is(err, frontdesk.ErrNewer):
		return "install the version of muster that wrote it, or a newer one"
	case errors.Is(err, xmppadmin.ErrForbidden):
		return "the service must allow the account xmpp.jid to create and own rooms: list it among the admins of the MUC component, on ejabberd in api_permissions and access_create"
	}
	return fileHint(err)
}

// certificateHint returns what to do about a certificate that has expired or
// that the server lacks.
func certificateHint(err *session.ConnectError) string {
	var invalid x509.CertificateInvalidError
	var remote *net.OpError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("renew the certificate of %s; if it is valid, set this machine's clock", err.Hint.Domain)
	case errors.As(err, &remote) && remote.Op == "remote error":
		return fmt.Sprintf("the server refuses TLS: check that it has a certificate for %s (on Prosody: prosodyctl check certs)", err.Hint.Domain)
	}
	return ""
}

// connectHint words what to do about a connection that could not be made. The
// keys of the configuration are named here and nowhere below.
func connectHint(h session.Hint) string {
	switch h.Kind {
	case session.HintAccount:
		return "xmpp.jid is of the form muster@example.org"
	case session.HintLookup:
		return "check the name service, or set xmpp.server to host:port"
	case session.HintAddress:
		return "check that the server runs and that xmpp.server names its client port"
	case session.HintTLS:
		return fmt.Sprintf("check whether the port takes TLS from the start (xmpp.tls), and that the server has a certificate for %s", h.Domain)
	case session.HintCertificate:
		return fmt.Sprintf("the certificate must be valid for %s; for one of a private authority, set xmpp.ca_file", h.Domain)
	case session.HintSilent:
		return "check that xmpp.server is the port for clients, and whether it takes TLS from the start (xmpp.tls)"
	case session.HintStream:
		return fmt.Sprintf("check that the server serves %s, and whether the port takes TLS from the start (xmpp.tls)", h.Domain)
	case session.HintMechanisms:
		return fmt.Sprintf("the server offers only %s; SCRAM-SHA-512, SCRAM-SHA-256 or SCRAM-SHA-1 is needed, or PLAIN alone", strings.Join(h.Names, ", "))
	case session.HintCredentials:
		return "check xmpp.jid and the password, and that the account exists"
	case session.HintServer:
		return "the server has refused for a reason of its own, not because of the password: see its log, and try again later"
	case session.HintService:
		if len(h.Names) > 0 {
			return "xmpp.service is the domain of the server's MUC service; the server has " + strings.Join(h.Names, ", ")
		}
		return fmt.Sprintf("xmpp.service is the domain of the server's MUC component or host, often conference.%s", h.Domain)
	case session.HintCommands:
		return h.Advice + ", or set xmpp.dialect to auto"
	case session.HintComponent:
		return fmt.Sprintf("check that the server runs and takes the component %s there (desk.component; on Prosody component_ports, on ejabberd a listener ejabberd_service)", h.Domain)
	case session.HintLoopback:
		return "run the desk on the machine of the XMPP server: components are connected without encryption"
	case session.HintSecret:
		return fmt.Sprintf("desk.secret_file and its like must be what the server has for the component %s (on Prosody component_secret, on ejabberd password); ejabberd says so of a component that it does not know, too", h.Domain)
	case session.HintHost:
		return fmt.Sprintf("the server does not know the component %s: check desk.domain, and the server's configuration", h.Domain)
	case session.HintConflict:
		return fmt.Sprintf("another program is connected as %s", h.Domain)
	case session.HintDialect:
		return "the dialects are " + strings.Join(h.Names, ", ")
	default:
		return ""
	}
}

// refusedError is a guard's refusal with the flag that overrides it.
type refusedError struct{ guard *plan.GuardError }

// Error returns the guard's message and the flag.
func (e *refusedError) Error() string {
	if flag := overrideFlag(e.guard.Override); flag != "" {
		return e.guard.Message + "; pass " + flag + " to go on"
	}
	return e.guard.Message
}

// Unwrap returns the refusal.
func (e *refusedError) Unwrap() error { return e.guard }

// overrideFlag returns the flag for an override, as it stands on a command line;
// empty for none.
func overrideFlag(o plan.Overrides) string {
	switch {
	case o.Empty:
		return "--allow-empty"
	case o.Mismatch:
		return "--allow-mismatch"
	case o.Shrink:
		return "--allow-shrink"
	case o.Implausible:
		return "--allow-implausible"
	case o.Inferred:
		return "--allow-inferred"
	case o.Protected:
		return "--allow-protected"
	case o.Archive > 0:
		return fmt.Sprintf("--allow-archive %d", o.Archive)
	}
	return ""
}
