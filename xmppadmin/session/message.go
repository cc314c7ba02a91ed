package session

import (
	"encoding/xml"
	"errors"
	"strings"

	"mellium.im/xmlstream"
)

// MessageHandler receives message stanzas, one after the other, each as the
// tokens of one element. It must not block. Its errors are ignored, unless the
// XML itself is broken.
type MessageHandler func(xml.TokenReader) error

// WatchMessages passes messages whose sender is exactly the address from, and
// none of its resources, to handle until stop is called. It reports false, and
// does nothing, where those messages are being watched already. Addresses are
// compared as text.
func (st *Stream) WatchMessages(from string, handle MessageHandler) (stop func(), ok bool) {
	key := strings.ToLower(from)
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, taken := st.inboxes[key]; taken {
		return nil, false
	}
	st.inboxes[key] = handle
	return func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		delete(st.inboxes, key)
	}, true
}

// handleMessage passes a message on to its handler. The lock is not held
// meanwhile.
func (st *Stream) handleMessage(t xml.TokenReader, start *xml.StartElement) error {
	st.mu.Lock()
	handle := st.inboxes[strings.ToLower(attribute(*start, "from"))]
	st.mu.Unlock()
	if handle == nil {
		return nil
	}
	err := handle(xmlstream.MultiReader(xmlstream.Token(*start), t))
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return err
	}
	return nil
}
