package xmppadmin

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"

	"mellium.im/xmlstream"
)

const nsPrivate = "jabber:iq:private"

// archivedNote names, with the room's address behind it, the element under
// which the account's private storage keeps what archiving a room has changed.
const archivedNote = "urn:x-muster:archived:"

// remembered is what archiving a room has changed. It is kept by the server,
// in the account's private storage (XEP-0049): it must be there weeks later,
// for another run on another machine.
type remembered struct {
	// State is how far the change that wrote this has come.
	State memoryState `json:"state"`
	// Fields are fields of the room's configuration form and the values that
	// they had.
	Fields map[string][]string `json:"fields,omitempty"`
	// Affiliations are those that were taken away, by JID.
	Affiliations map[string]string `json:"affiliations,omitempty"`
}

type memoryState string

const (
	nothingRemembered memoryState = ""
	archiving         memoryState = "archiving" // begun, or done
	reopening         memoryState = "reopening" // begun: affiliations come back before the settings
)

// recall reads what is remembered of a room; nothing is no error.
func (c *Client) recall(ctx context.Context, room string) (remembered, error) {
	var q struct {
		XMLName xml.Name `xml:"jabber:iq:private query"`
		Note    struct {
			Text string `xml:",chardata"`
		} `xml:"archived"`
	}
	if err := c.ask(ctx, c.JID(), privateQuery(room, ""), &q); err != nil {
		return remembered{}, fmt.Errorf("private storage (XEP-0049; mod_private on Prosody and ejabberd) is needed to remember what archiving changes: %w", err)
	}
	var r remembered
	if q.Note.Text == "" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(q.Note.Text), &r); err != nil {
		return r, fmt.Errorf("private storage (XEP-0049): what is remembered of %s cannot be read: %w", room, err)
	}
	return r, nil
}

// remember keeps what is to be remembered of a room, and makes sure of it.
func (c *Client) remember(ctx context.Context, room string, r remembered) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := c.change(ctx, c.JID(), privateQuery(room, string(text)), nil); err != nil {
		return fmt.Errorf("private storage (XEP-0049): %w", err)
	}
	back, err := c.recall(ctx, room)
	if err != nil {
		return err
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(text) {
		return fmt.Errorf("private storage (XEP-0049): the server does not keep what is to be remembered of %s", room)
	}
	return nil
}

func privateQuery(room, text string) xml.TokenReader {
	var content xml.TokenReader
	if text != "" {
		content = xmlstream.Token(xml.CharData(text))
	}
	note := xmlstream.Wrap(content, xml.StartElement{Name: xml.Name{Space: archivedNote + room, Local: "archived"}})
	return xmlstream.Wrap(note, xml.StartElement{Name: xml.Name{Space: nsPrivate, Local: "query"}})
}
