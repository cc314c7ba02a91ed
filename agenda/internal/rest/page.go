package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"muster/agenda/internal/fetch"
	"muster/agenda/internal/wire"
)

// PageSize is how many rows are requested at once, and the most that the
// Datatracker sends.
const PageSize = 1000

// Page is one page of a list.
type Page[R any] struct {
	// Next is the link to the next page, empty on the last.
	Next string
	// Total is how many rows all pages have, -1 where the page does not have it.
	Total int
	// Rows are those that could be read, and Unread those that were left out.
	Rows   []R
	Unread []Unread
	// Notes are the warnings.
	Notes wire.Notes
}

// Unread is a row that was left out: its number, 0 where that could not be read,
// and the name in it, empty where that could not be read.
type Unread struct {
	ID   int
	Name string
}

// size returns how many rows the page has.
func (p Page[R]) size() int { return len(p.Rows) + len(p.Unread) }

// Decode reads one page and calls each for its rows, which adds them to the
// page. what names the list in errors.
func Decode[R any](what string, body []byte, each func(p *Page[R], at int, raw json.RawMessage)) (Page[R], error) {
	var doc struct {
		Meta struct {
			Next  string `json:"next"` // null on the last page
			Total *int   `json:"total_count"`
		} `json:"meta"`
		Objects json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return Page[R]{}, fmt.Errorf("%s: %w", what, wire.JSONError(err))
	}
	if doc.Objects == nil {
		return Page[R]{}, fmt.Errorf("%s: want an object with the key objects", what)
	}
	page := Page[R]{Next: doc.Meta.Next, Total: -1}
	if doc.Meta.Total != nil {
		page.Total = *doc.Meta.Total
	}
	if err := wire.EachRow(doc.Objects, func(at int, raw json.RawMessage) { each(&page, at, raw) }); err != nil {
		return Page[R]{}, fmt.Errorf("%s: %w", what, err)
	}
	return page, nil
}

// Part is what was read of one page: how many rows, how many the list announces
// on all pages (-1 where it does not), and the link to the next.
type Part struct {
	Rows, Total int
	Next        string
}

// EachPage reads the pages of a list one after the other, whatever their size,
// to the end that the list announces. what names the list in errors.
func EachPage(what, first string, read func(address string) (Part, error)) error {
	seen, rows := map[string]bool{}, 0
	for address := first; address != ""; {
		seen[address] = true
		page, err := read(address)
		if err != nil {
			return err
		}
		next, err := NextPage(what, address, page.Next)
		if err != nil {
			return err
		}
		most := wire.MaxRows
		if page.Total >= 0 { // the list may grow while it is read
			most = min(most, 2*page.Total+PageSize)
		}
		rows += page.Rows
		if next != "" && (page.Rows == 0 || rows > most || seen[next]) {
			return unusable(address, fmt.Errorf("%s: its pages do not end", what))
		}
		address = next
	}
	return nil
}

// NextPage resolves the link to the next page, which is relative to the host
// and must not lead to another one.
func NextPage(what, address, next string) (string, error) {
	if next == "" {
		return "", nil
	}
	here, err := url.Parse(address)
	if err != nil {
		return "", unusable(address, err)
	}
	there, err := here.Parse(next)
	if err != nil || there.Scheme != here.Scheme || there.Host != here.Host {
		return "", unusable(address, fmt.Errorf("%s: its next page %.80q is elsewhere", what, next))
	}
	return there.String(), nil
}

// unusable returns the error for an answer that cannot be used.
func unusable(address string, err error) error {
	return &fetch.Error{URL: address, Kind: fetch.ErrUnusable, Err: err}
}

// window is the part of a list that is on one page.
type window struct {
	at            *url.URL
	offset, limit int
}

// windowOf reads the part of a list from the address of a page.
func windowOf(address string) (window, error) {
	u, err := url.Parse(address)
	if err != nil {
		return window{}, err
	}
	query := u.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	offset := 0
	if from := query.Get("offset"); err == nil && from != "" {
		offset, err = strconv.Atoi(from)
	}
	if err != nil || offset < 0 || limit < 1 {
		return window{}, errors.New("the address of the page does not name its rows")
	}
	return window{u, offset, min(limit, PageSize)}, nil
}

// part returns the address of a page with other rows of the same list.
func (w window) part(offset, limit int) string {
	u := *w.at
	query := u.Query()
	query.Set("offset", strconv.Itoa(offset))
	query.Set("limit", strconv.Itoa(limit))
	u.RawQuery = query.Encode()
	return u.String()
}
