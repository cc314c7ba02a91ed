package session

import (
	"encoding/xml"
	"io"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"
)

// replay returns a reader of tokens that were read before.
func replay(tokens []xml.Token) xml.TokenReader {
	i := 0
	return xmlstream.ReaderFunc(func() (xml.Token, error) {
		if i == len(tokens) {
			return nil, io.EOF
		}
		i++
		return tokens[i-1], nil
	})
}

// decodeAnswer reads an IQ of type result or error: the payload into answer,
// unless that is nil, or the error as a [stanza.Error].
func decodeAnswer(d *xml.Decoder, answer any) error {
	var envelope xml.StartElement
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if envelope.Name.Local != "" {
				return decodePayload(d, token, answer)
			}
			envelope = token
			if attribute(envelope, "type") == string(stanza.ErrorIQ) {
				return decodeRefusal(d, envelope)
			}
		case xml.EndElement:
			return nil
		}
	}
}

func decodePayload(d *xml.Decoder, start xml.StartElement, answer any) error {
	if answer == nil {
		return nil
	}
	return d.DecodeElement(answer, &start)
}

// decodeRefusal returns the error in an IQ of type error. The request may be
// in there with it (RFC 6120 §8.3.1).
func decodeRefusal(d *xml.Decoder, start xml.StartElement) error {
	refusal := struct {
		Error stanza.Error `xml:"error"`
	}{stanza.Error{Condition: stanza.UndefinedCondition}}
	if err := d.DecodeElement(&refusal, &start); err != nil {
		return err
	}
	return refusal.Error
}

// attribute returns the value of an element's attribute, or "".
func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
