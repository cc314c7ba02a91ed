package agenda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

// chatlogPath is where chat logs are uploaded to. The Datatracker compares it with
// that of the key, so it has no slash at its end.
const chatlogPath = "api/notify/session/chatlog"

// MaxChatlog is how many bytes an upload may have, all of it together: the
// Datatracker's limit of a form (DATA_UPLOAD_MAX_MEMORY_SIZE of Django).
const MaxChatlog = 2_621_440

// ChatLine is one message of a chat log.
type ChatLine struct {
	// Author is who said it, as plain text.
	Author string
	// Text is what was said, as plain text. It is sent as HTML, escaped.
	Text string
	Time time.Time
}

// The kinds of failures of an upload, distinguished with [errors.Is].
var (
	// ErrKeyRefused is a key that the Datatracker does not accept: not valid, of
	// another endpoint, of a person without the role or who has not logged in
	// lately.
	ErrKeyRefused = errors.New("the Datatracker refuses the key")
	// ErrSessionRefused is a session that the Datatracker does not have, or not on
	// the official schedule.
	ErrSessionRefused = errors.New("the Datatracker refuses the session")
	// ErrTooLarge is a chat log above MaxChatlog.
	ErrTooLarge = errors.New("the chat log is too large")
	// ErrNotTaken is any other failure after which the Datatracker certainly has
	// not taken the chat log: it was not reached, or answered that it refuses.
	ErrNotTaken = errors.New("the Datatracker has not taken the chat log")
	// ErrUncertain is a failure after which the Datatracker may have taken the chat
	// log, or not. Sending it again may make another revision of the same.
	ErrUncertain = errors.New("the Datatracker may have taken the chat log or not")
)

// lookFirst is what to do where an upload is uncertain.
const lookFirst = "look at the session's materials before it is sent again"

// UploadError is the failure to upload one chat log.
type UploadError struct {
	// Session is the number of the session.
	Session int
	// Kind is one of the errors above.
	Kind error
	// Status is the HTTP status of the answer, 0 where there was none.
	Status int
	// Hint is what to do about it; it may be empty.
	Hint string
	// Err is what went wrong.
	Err error
}

// Error returns the failure on one line.
func (e *UploadError) Error() string {
	return fmt.Sprintf("datatracker: chat log of session %d: %v: %v", e.Session, e.Kind, e.Err)
}

// Unwrap returns the kind and the cause.
func (e *UploadError) Unwrap() []error { return []error{e.Kind, e.Err} }

// UploadChatlog uploads the chat log of a session, as a new revision of the
// session's document; the one before it stays readable at the Datatracker. The key
// is one of an account with the role Recording Manager, for this endpoint.
//
// It is sent once: the Datatracker makes a revision of each, also of the same
// again. The error is an [*UploadError], and ErrUncertain where it may have been
// taken all the same.
func (c *Client) UploadChatlog(ctx context.Context, session int, lines []ChatLine, key string) error {
	fail := func(kind error, status int, hint string, cause error) error {
		return &UploadError{Session: session, Kind: kind, Status: status, Hint: hint, Err: cause}
	}
	body, kind, err := chatlogForm(session, lines, key)
	if err != nil {
		return fail(ErrNotTaken, 0, "", err)
	}
	if body.Len() > MaxChatlog {
		return fail(ErrTooLarge, 0, "", fmt.Errorf("%d bytes, and the Datatracker takes %d", body.Len(), MaxChatlog))
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	address := c.base.JoinPath(chatlogPath).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return fail(ErrNotTaken, 0, "", err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.poster.Do(req)
	if err != nil && !sent.Load() {
		return fail(ErrNotTaken, 0, "check the Datatracker's URL and the network", err)
	}
	if err != nil {
		return fail(ErrUncertain, 0, lookFirst, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	answer := strings.TrimSpace(string(text))
	if err == nil && resp.StatusCode == http.StatusOK && answer == "Done" {
		return nil
	}
	if err != nil {
		return fail(ErrUncertain, resp.StatusCode, lookFirst, fmt.Errorf("%s, and the answer broke off: %w", resp.Status, err))
	}
	hint, failed := refusalOf(resp.StatusCode, answer)
	return fail(failed, resp.StatusCode, hint, fmt.Errorf("%s (content type %.80q, beginning %.80q)", resp.Status, resp.Header.Get("Content-Type"), answer))
}

// ChatlogSize returns how many bytes an upload of a chat log has, about: the length
// of the key is that of the Datatracker's.
func ChatlogSize(session int, lines []ChatLine) int {
	body, _, err := chatlogForm(session, lines, strings.Repeat("k", 64))
	if err != nil {
		return 0
	}
	return body.Len()
}

// chatlogForm returns the form with a chat log, and its content type.
func chatlogForm(session int, lines []ChatLine, key string) (*bytes.Buffer, string, error) {
	type line struct {
		Author string `json:"author"`
		Text   string `json:"text"`
		Time   string `json:"time"`
	}
	data := struct {
		Session int    `json:"session_id"`
		Chatlog []line `json:"chatlog"`
	}{session, make([]line, len(lines))}
	for i, l := range lines {
		data.Chatlog[i] = line{clean(l.Author), htmlOf(l.Text), l.Time.UTC().Format("2006-01-02T15:04:05Z")}
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(data); err != nil {
		return nil, "", err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	err := errors.Join(
		form.WriteField("apikey", key),
		form.WriteField("apidata", strings.TrimSpace(text.String())),
		form.Close())
	return &body, form.FormDataContentType(), err
}

// htmlOf returns a text as the Datatracker shows it: it writes it into a page as
// it is.
func htmlOf(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(clean(text)), "\n", "<br>") + "</p>"
}

// clean removes the control characters of a text, except for line breaks and
// tabs.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// refusalOf returns what to do about an answer other than Done, and its kind:
//
//	200 with another text           uncertain
//	3xx                             not taken: it is not followed
//	403, and 400 about the key      the key
//	400 about the session           the session
//	413                             too large
//	other 4xx                       not taken
//	5xx and others                  uncertain: the Datatracker may have failed later
func refusalOf(status int, answer string) (hint string, kind error) {
	has := func(part string) bool { return strings.Contains(answer, part) }
	switch {
	case status == http.StatusBadRequest && has("Too long since last regular login"):
		return "the owner of the key must log in to the Datatracker in a browser once a month", ErrKeyRefused
	case status == http.StatusBadRequest && has("Apikey endpoint mismatch"):
		return "make a key for the endpoint /" + chatlogPath, ErrKeyRefused
	case status == http.StatusForbidden && has("Restricted to role"):
		return "the owner of the key needs the role Recording Manager", ErrKeyRefused
	case status == http.StatusForbidden:
		return "make a key in the Datatracker's account settings, for the endpoint /" + chatlogPath, ErrKeyRefused
	case status == http.StatusBadRequest && (has("Invalid session") || has("Could not find official timeslot")):
		return "the session must be on the official schedule of the meeting", ErrSessionRefused
	case status == http.StatusRequestEntityTooLarge:
		return "", ErrTooLarge
	case status >= 300 && status < 500 && status != http.StatusRequestTimeout:
		return "", ErrNotTaken
	}
	return lookFirst, ErrUncertain
}
