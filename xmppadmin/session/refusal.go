package session

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"mellium.im/xmpp/stream"
)

// refusal is a server's answer that ends a login: a SASL failure (RFC 6120
// §6.5) or a stream error (RFC 6120 §4.9).
type refusal struct {
	condition string // empty where the server gave none
	text      string // the server's own, one line
	stream    bool   // a stream error
	err       error
}

// Error returns the condition and the server's text, or the error itself.
func (r *refusal) Error() string {
	switch {
	case r.condition == "":
		return r.err.Error()
	case r.text == "":
		return r.condition
	default:
		return fmt.Sprintf("%s: %s", r.condition, r.text)
	}
}

// Unwrap returns the library's error.
func (r *refusal) Unwrap() error { return r.err }

// temporary reports whether the server may accept the same login later.
func (r *refusal) temporary() bool {
	switch r.condition {
	case "temporary-auth-failure", "system-shutdown", "reset", "resource-constraint", "connection-timeout", "internal-server-error":
		return true
	default:
		return false
	}
}

// mayBeBinding reports whether channel binding may be what was refused. A
// server that refuses the password says no more than not-authorized.
func (r *refusal) mayBeBinding() bool {
	switch r.condition {
	case "", "aborted", "incorrect-encoding", "invalid-mechanism", "malformed-request":
		return !r.stream
	default:
		return !r.stream && strings.Contains(strings.ToLower(r.text), "binding")
	}
}

// refusalOf returns what the server has answered, as far as an error of the
// library has it. The library's own error for a SASL failure is internal to it
// and shows either the condition or the text; written as XML it has both.
func refusalOf(err error) *refusal {
	r := &refusal{err: err}
	var broken stream.Error
	var failure interface{ TokenReader() xml.TokenReader }
	switch {
	case errors.As(err, &broken):
		r.condition, r.stream = broken.Err, true
		if len(broken.Text) > 0 {
			r.text = OneLine(broken.Text[0].Value)
		}
	case errors.As(err, &failure):
		r.condition, r.text = readFailure(failure.TokenReader())
	}
	return r
}

// readFailure returns the condition and the text of a SASL failure.
func readFailure(t xml.TokenReader) (condition, text string) {
	depth, inText := 0, false
	for {
		token, err := t.Token()
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				if inText = token.Name.Local == "text"; !inText {
					condition = token.Name.Local
				}
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if inText && depth == 2 {
				text += string(token)
			}
		}
		if err != nil && !errors.Is(err, io.EOF) || err != nil && token == nil {
			return condition, OneLine(text)
		}
	}
}
