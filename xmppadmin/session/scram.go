package session

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mellium.im/sasl"
)

// scramSHA512 returns the mechanism SCRAM-SHA-512 (RFC 5802, with the hash of
// draft-melnikov-scram-sha-512), or with the suffix plus the one with channel
// binding (RFC 5929, RFC 9266). The library has SHA-1 and SHA-256.
func scramSHA512(suffix string) sasl.Mechanism {
	return sasl.Mechanism{
		Name: "SCRAM-SHA-512" + suffix,
		Start: func(n *sasl.Negotiator) (more bool, response []byte, cache any, err error) {
			header, binding, err := channelBinding(n.TLSState(), suffix != "")
			if err != nil {
				return false, nil, nil, err
			}
			username, _, _ := n.Credentials()
			bare := "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(string(username)) + ",r=" + string(n.Nonce())
			return true, []byte(header + bare), scramState{bare: bare, binding: append([]byte(header), binding...)}, nil
		},
		Next: func(n *sasl.Negotiator, challenge []byte, cache any) (more bool, response []byte, next any, err error) {
			state, _ := cache.(scramState)
			if state.signature != nil {
				return false, nil, nil, state.verify(challenge)
			}
			_, password, _ := n.Credentials()
			response, state.signature, err = state.answer(challenge, string(n.Nonce()), string(password))
			return err == nil, response, state, err
		},
	}
}

// scramState is what the client keeps between the messages.
type scramState struct {
	bare      string // client-first-message-bare
	binding   []byte // the GS2 header and the channel binding data
	signature []byte // the server's, once the client's final message is sent
}

// answer returns the client's final message in answer to the server's first,
// and the signature that the server must send.
func (s scramState) answer(challenge []byte, nonce, password string) (message, signature []byte, err error) {
	values := scramValues(challenge)
	salt, err := base64.StdEncoding.DecodeString(values["s"])
	if err != nil || len(salt) == 0 {
		return nil, nil, errors.New("SCRAM: the server's salt is invalid")
	}
	iterations, err := strconv.Atoi(values["i"])
	if err != nil || iterations < 1 {
		return nil, nil, fmt.Errorf("SCRAM: the server's number of iterations is %q", values["i"])
	}
	if !strings.HasPrefix(values["r"], nonce) || values["m"] != "" {
		return nil, nil, errors.New("SCRAM: the server's nonce does not begin with the client's")
	}
	salted, err := pbkdf2.Key(sha512.New, password, salt, iterations, sha512.Size)
	if err != nil {
		return nil, nil, err
	}
	final := "c=" + base64.StdEncoding.EncodeToString(s.binding) + ",r=" + values["r"]
	auth := []byte(s.bare + "," + string(challenge) + "," + final)
	clientKey := sign(salted, []byte("Client Key"))
	stored := sha512.Sum512(clientKey)
	proof := make([]byte, len(clientKey))
	subtle.XORBytes(proof, clientKey, sign(stored[:], auth))
	message = []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof))
	return message, sign(sign(salted, []byte("Server Key")), auth), nil
}

// verify checks the server's final message: a server that does not know the
// password cannot sign.
func (s scramState) verify(challenge []byte) error {
	got, err := base64.StdEncoding.DecodeString(scramValues(challenge)["v"])
	if err != nil || !hmac.Equal(got, s.signature) {
		return sasl.ErrAuthn
	}
	return nil
}

func sign(key, message []byte) []byte {
	h := hmac.New(sha512.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// scramValues reads a message of attributes: "r=…,s=…,i=…".
func scramValues(message []byte) map[string]string {
	values := make(map[string]string)
	for part := range bytes.SplitSeq(message, []byte(",")) {
		if name, value, ok := strings.Cut(string(part), "="); ok {
			values[name] = value
		}
	}
	return values
}

// channelBinding returns the GS2 header and the data that bind the login to the
// TLS connection: tls-exporter from TLS 1.3 on, tls-unique before.
func channelBinding(state *tls.ConnectionState, bound bool) (header string, data []byte, err error) {
	switch {
	case !bound:
		return "n,,", nil, nil
	case state == nil:
		return "", nil, errors.New("SCRAM: channel binding without TLS")
	case state.Version >= tls.VersionTLS13:
		data, err = state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		return "p=tls-exporter,,", data, err
	case len(state.TLSUnique) == 0:
		return "", nil, errors.New("SCRAM: the TLS connection has no tls-unique data")
	default:
		return "p=tls-unique,,", state.TLSUnique, nil
	}
}
