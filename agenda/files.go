package agenda

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"muster/agenda/internal/fetch"
)

// Meetings reads the agendas of several meetings, each named as for
// [Client.Meeting], and returns them in the order of the names. A meeting that
// is named twice is there once.
//
// Files that belong together are joined: the agenda.json and the agenda-data
// of one number, or, where one has no number, with a session in common. Files
// that contradict each other are an error that names both: two documents of
// one form for one meeting, or one session at two meetings; so is a file of a
// meeting that is also read from the Datatracker. All others are meetings of
// their own.
func (c *Client) Meetings(ctx context.Context, names []string) ([]Meeting, error) {
	read := make([]Meeting, len(names))
	files := make([]*file, len(names)) // nil for a meeting that is no file
	g, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		g.Go(func() (err error) {
			if src, bad := parseSource(name); bad == nil && src.kind == byFile {
				files[i], err = c.openFile(src.name)
				return err
			}
			read[i], err = c.Meeting(ctx, name)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := joinFiles(files); err != nil {
		return nil, err
	}
	var out []Meeting
	origin := map[string]*file{}
	for i, f := range files {
		switch {
		case f != nil && f.joined:
			continue
		case f != nil:
			read[i] = c.fromFile(*f)
		}
		number := read[i].Number
		first, known := origin[number]
		if !known {
			origin[number], out = f, append(out, read[i])
			continue
		}
		if file := cmp.Or(f, first); file != nil {
			return nil, fmt.Errorf("file:%s is an agenda of meeting %s, which is also read from the Datatracker: name one of them", file.path, number)
		}
	}
	return out, nil
}

// file is what was read from a file: one of the two forms of an agenda, or
// both after joining.
type file struct {
	path       string
	list, data *document // either may be nil
	joined     bool      // with a file before it, which has its documents now
}

// openFile reads a saved agenda.json or agenda-data document.
func (c *Client) openFile(path string) (*file, error) {
	body, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	f := &file{path: path}
	var keys struct {
		Meeting  json.RawMessage `json:"meeting"`
		Schedule json.RawMessage `json:"schedule"`
	}
	var doc document
	if json.Unmarshal(body, &keys) == nil && keys.Meeting != nil && keys.Schedule != nil {
		doc, err = c.links.parseAgendaData(body)
		f.data = &doc
	} else {
		doc, err = parseAgendaJSON(body)
		f.list = &doc
	}
	if err != nil {
		return nil, fileError(path, err)
	}
	return f, nil
}

// fromFile makes a meeting of a file. Without a number, the meeting bears the
// name of the file.
func (c *Client) fromFile(f file) Meeting {
	m := assemble(f.list, f.data)
	switch {
	case f.list == nil:
		m.warn(withoutList)
	case f.data == nil && !interimForm.MatchString(f.list.number):
		m.warn(withoutData)
	}
	if m.Number == "" {
		m.Number = "file:" + f.path
		m.warn(fmt.Sprintf("%s has no meeting number", f.path))
	}
	m.AgendaURL = c.agendaURL(m.Number, m.Groups)
	return m
}

// joinFiles joins files that belong together, in the first of them. It is an
// error where two contradict each other.
func joinFiles(files []*file) error {
	for i, b := range files {
		for _, a := range files[:i] {
			if a == nil || b == nil || a.joined {
				continue
			}
			together, err := relate(a, b)
			if err != nil {
				return err
			}
			if together {
				a.list, a.data = cmp.Or(a.list, b.list), cmp.Or(a.data, b.data)
				b.joined = true
				break
			}
		}
	}
	return nil
}

// relate reports whether two files are of one meeting, and returns an error
// where they contradict each other:
//
//	                     a session in common     none in common
//	one number           together                together
//	one has none         together                apart
//	two numbers          contradiction           apart
//
// Files of one meeting that have the same form contradict each other, unless
// they are the same.
func relate(a, b *file) (together bool, err error) {
	number, other := a.number(), b.number()
	shared := a.sharedWith(b)
	switch {
	case number != "" && other != "" && number != other && shared > 0:
		return false, fmt.Errorf("file:%s is the agenda of meeting %s and file:%s that of meeting %s, but session %d is in both",
			a.path, number, b.path, other, shared)
	case shared == 0 && (number == "" || number != other):
		return false, nil
	case a.list != nil && b.list != nil && !sameDocument(a.list, b.list):
		return false, fmt.Errorf("file:%s and file:%s are both the agenda.json of one meeting, and differ", a.path, b.path)
	case a.data != nil && b.data != nil && !sameDocument(a.data, b.data):
		return false, fmt.Errorf("file:%s and file:%s are both the agenda-data of one meeting, and differ", a.path, b.path)
	}
	return true, nil
}

func (f *file) number() string {
	for _, d := range []*document{f.list, f.data} {
		if d != nil && d.number != "" {
			return d.number
		}
	}
	return ""
}

// sharedWith returns a session that is in both files, 0 for none.
func (f *file) sharedWith(other *file) int {
	ids := map[int]bool{}
	for _, r := range slices.Concat(rowsOf(f.list), rowsOf(f.data)) {
		ids[r.session.ID] = true
	}
	for _, r := range slices.Concat(rowsOf(other.list), rowsOf(other.data)) {
		if ids[r.session.ID] {
			return r.session.ID
		}
	}
	return 0
}

// sameDocument reports whether two documents have the same content.
func sameDocument(a, b *document) bool {
	return a.number == b.number && slices.EqualFunc(a.rows, b.rows, func(x, y row) bool {
		return lineOf(x.session)+groupLine(x.group) == lineOf(y.session)+groupLine(y.group)
	})
}

// fileError returns the error for a file that is no document.
func fileError(path string, err error) error {
	return &Error{
		URL: path, Err: fmt.Errorf("read %s: %w", path, err),
		Hint: "want the content of /meeting/<number>/agenda.json or /api/meeting/<number>/agenda-data",
	}
}

// readBounded reads a file that must not be larger than a document may be.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("agenda: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, fetch.MaxBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("agenda: %w", err)
	case len(body) > fetch.MaxBody:
		return nil, fileError(path, fmt.Errorf("the file is larger than %d MiB", fetch.MaxBody>>20))
	}
	return body, nil
}
