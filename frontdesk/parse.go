package frontdesk

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"muster/provision"
)

// Order is one line of chat that was understood. Which fields have a value
// depends on the verb.
type Order struct {
	Verb string // in lower case
	ID   int64  // of a request
	// Word is the argument of help, rooms, link and code; Name that of a room.
	Word, Name string
	// Title, For and Because are texts of one line without double quotes.
	Title, For, Because string
	// Until is a day, YYYY-MM-DD or +30d; or empty.
	Until string
}

// verb is what may be said in chat.
type verb struct {
	name, usage, help string
	secretariat       bool
	parse             func(*Order, string) bool
}

// verbs returns what may be said, in the order of the help.
func verbs() []verb {
	return []verb{
		{"help", "help [WORD]", "show what I know, or how to write one of these", false, parseWord},
		{"whoami", "whoami", "show who you are to me", false, parseNothing},
		{"rooms", "rooms [WORD]", "list the rooms, or those whose name has a word in it", false, parseWord},
		{"link", "link [MAIL-ADDRESS]", "link your address to your Datatracker person", false, parseWord},
		{"yes", "yes", "confirm what I just asked", false, parseNothing},
		{"code", "code CODE", "give the code that was mailed to you", false, parseOneWord},
		{"unlink", "unlink", "remove the link of your address", false, parseNothing},
		{"request", `request NAME "TITLE" [until 2026-12-24 or +30d] [for TEXT]`,
			"request a room, such as: request quic-dt \"Design team\" until +30d", false, parseRequest},
		{"status", "status [NUMBER]", "show your requests, or one of them", false, parseMaybeID},
		{"withdraw", "withdraw NUMBER", "withdraw a request", false, parseID},
		{"extend", "extend NUMBER until 2026-12-24 or +30d", "keep a room for longer", false, parseExtend},
		{"pending", "pending", "list the requests that wait", true, parseNothing},
		{"show", "show NUMBER", "show a request", true, parseID},
		{"approve", "approve NUMBER [as NAME] [until 2026-12-24 or +30d]", "approve a request", true, parseApprove},
		{"deny", "deny NUMBER because TEXT", "deny a request", true, parseDeny},
	}
}

// maxChat is how many bytes of a message are read.
const maxChat = 2000

// notUnderstood is the answer to what is no order.
const notUnderstood = "I did not understand that; help says what I know."

// parseError is a line that is no order.
type parseError struct {
	verb verb // the zero value where the first word is none
	text string
}

// Error returns the answer.
func (e *parseError) Error() string { return e.text }

// Parse reads a line of chat, of which the first line counts. The error is the
// answer to what was not understood.
func Parse(line string) (Order, error) {
	line = firstLine(line)
	line = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(line, "/"), "!"), " ")
	word, rest := cutWord(line)
	word = provision.Lower(word)
	all := verbs()
	i := slices.IndexFunc(all, func(v verb) bool { return v.name == word })
	if i < 0 {
		return Order{}, &parseError{text: notUnderstood}
	}
	o := Order{Verb: word}
	if !all[i].parse(&o, rest) {
		return Order{}, &parseError{all[i], "Write: " + all[i].usage}
	}
	return o, nil
}

// String returns the order as a line that Parse reads as the same order.
func (o Order) String() string {
	var b strings.Builder
	b.WriteString(o.Verb)
	add := func(before, text string) {
		if text != "" {
			b.WriteString(before + text)
		}
	}
	if o.ID != 0 {
		add(" ", strconv.FormatInt(o.ID, 10))
	}
	add(" ", o.Word)
	if o.Verb == "request" {
		add(" ", o.Name)
	} else {
		add(" as ", o.Name)
	}
	quote := func(s string) string {
		if s == "" {
			return ""
		}
		return `"` + s + `"`
	}
	add(" ", quote(o.Title))
	add(" until ", o.Until)
	add(" for ", quote(o.For))
	add(" because ", quote(o.Because))
	return b.String()
}

// firstLine returns the first line of a message that is not blank, tidied up,
// with one kind of quotes.
func firstLine(s string) string {
	if len(s) > maxChat {
		s = strings.ToValidUTF8(s[:maxChat], "")
	}
	s = strings.TrimLeft(s, " \t\r\n")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	return provision.OneLine(strings.NewReplacer("“", `"`, "”", `"`, "„", `"`).Replace(s), maxChat)
}

// cutWord returns the first word and what follows it.
func cutWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimLeft(s, " "), " ")
	return word, strings.TrimLeft(rest, " ")
}

func parseNothing(_ *Order, rest string) bool { return rest == "" }

func parseWord(o *Order, rest string) bool {
	if o.Word, rest = cutWord(rest); rest != "" {
		return false
	}
	o.Word = noQuotes(o.Word)
	return true
}

func parseOneWord(o *Order, rest string) bool {
	o.Word = noQuotes(strings.ReplaceAll(rest, " ", "")) // codes are typed in groups
	return o.Word != ""
}

func parseMaybeID(o *Order, rest string) bool { return rest == "" || parseID(o, rest) }

func parseID(o *Order, rest string) bool {
	rest = parseNumber(o, rest)
	return o.ID > 0 && rest == ""
}

// parseNumber reads the number of a request, with or without a #, and returns
// what follows it.
func parseNumber(o *Order, rest string) string {
	word, rest := cutWord(rest)
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err == nil && n > 0 {
		o.ID = n
	}
	return rest
}

func parseExtend(o *Order, rest string) bool {
	rest = parseNumber(o, rest)
	return parseUntil(o, rest) && o.ID > 0 && o.Until != ""
}

// parseUntil reads "until DATE", or nothing.
func parseUntil(o *Order, rest string) bool {
	word, date := cutWord(rest)
	if rest == "" {
		return true
	}
	o.Until = provision.Lower(date)
	return strings.EqualFold(word, "until") && dateForm.MatchString(o.Until)
}

// dateForm matches a day.
var dateForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}|\+[0-9]{1,4}d)$`)

func parseApprove(o *Order, rest string) bool {
	rest = parseNumber(o, rest)
	if word, after := cutWord(rest); strings.EqualFold(word, "as") {
		o.Name, rest = cutWord(after)
		if o.Name = noQuotes(provision.Lower(o.Name)); o.Name == "" {
			return false
		}
	}
	return parseUntil(o, rest) && o.ID > 0
}

func parseDeny(o *Order, rest string) bool {
	rest = parseNumber(o, rest)
	word, text := cutWord(rest)
	o.Because = wholeText(text)
	return o.ID > 0 && strings.EqualFold(word, "because") && o.Because != ""
}

// parseRequest reads NAME TITLE [until DATE] [for TEXT].
func parseRequest(o *Order, rest string) bool {
	o.Name, rest = cutWord(rest)
	o.Name = noQuotes(provision.Lower(o.Name))
	if title, after, ok := quotedText(rest); ok {
		o.Title, rest = title, after
	} else {
		end := len(rest)
		for _, word := range []string{" until ", " for "} {
			if i := strings.Index(provision.Lower(rest), word); i >= 0 && i < end {
				end = i
			}
		}
		o.Title, rest = wholeText(rest[:end]), strings.TrimLeft(rest[end:], " ")
	}
	word, after := cutWord(rest)
	if strings.EqualFold(word, "until") {
		o.Until, rest = cutWord(after)
		if o.Until = provision.Lower(o.Until); !dateForm.MatchString(o.Until) {
			return false
		}
		word, after = cutWord(rest)
	}
	if strings.EqualFold(word, "for") {
		o.For, rest = parseFor(o, after)
	}
	return o.Name != "" && o.Title != "" && rest == ""
}

// parseFor reads what a room is for. A day may follow it, too.
func parseFor(o *Order, text string) (purpose, rest string) {
	purpose, rest, quoted := quotedText(text)
	if !quoted {
		purpose, rest = text, ""
		if i := strings.LastIndex(provision.Lower(text), " until "); i >= 0 {
			purpose, rest = text[:i], text[i+1:]
			if word, date := cutWord(rest); word == "" || !dateForm.MatchString(provision.Lower(date)) {
				purpose, rest = text, ""
			}
		}
	}
	if o.Until == "" && rest != "" && parseUntil(o, rest) {
		rest = ""
	}
	return wholeText(purpose), rest
}

// quotedText returns the text between the first two quotes, where s begins with
// one, and what follows.
func quotedText(s string) (text, rest string, ok bool) {
	after, ok := strings.CutPrefix(s, `"`)
	if !ok {
		return "", s, false
	}
	text, rest, ok = strings.Cut(after, `"`)
	return wholeText(text), strings.TrimLeft(rest, " "), ok
}

// wholeText returns a text without quotes.
func wholeText(s string) string { return provision.OneLine(noQuotes(s), maxInput) }

func noQuotes(s string) string { return strings.ReplaceAll(s, `"`, "") }

// usageText returns how to write an order and what it does.
func (v verb) usageText() string { return fmt.Sprintf("%s - %s", v.usage, v.help) }
