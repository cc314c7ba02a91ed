package main

import (
	"fmt"
	"strings"

	"muster/xmppadmin/session"
)

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
		return fmt.Sprintf("the server offers only %s; SCRAM-SHA-256, SCRAM-SHA-1 or PLAIN is needed", strings.Join(h.Names, ", "))
	case session.HintCredentials:
		return "check xmpp.jid and the password, and that the account exists"
	case session.HintService:
		return fmt.Sprintf("xmpp.service is the domain of the server's MUC component or host, often conference.%s", h.Domain)
	case session.HintCommands:
		return h.Advice + ", or set xmpp.dialect to auto"
	case session.HintDialect:
		return "the dialects are " + strings.Join(h.Names, ", ")
	default:
		return ""
	}
}
