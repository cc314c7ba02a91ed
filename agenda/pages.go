package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
)

// restPage is one page of a list of the REST API, without its rows.
type restPage struct {
	next  string // the link to the next page, empty on the last
	total int    // of rows on all pages, -1 where the page does not have it
}

// decodePage reads one page of a list of the REST API and calls each for its
// rows. what names the list in errors.
func decodePage(what string, body []byte, each func(at int, raw json.RawMessage)) (restPage, error) {
	var doc struct {
		Meta struct {
			Next  string `json:"next"` // null on the last page
			Total *int   `json:"total_count"`
		} `json:"meta"`
		Objects json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return restPage{}, fmt.Errorf("%s: %w", what, jsonError(err))
	}
	if doc.Objects == nil {
		return restPage{}, fmt.Errorf("%s: want an object with the key objects", what)
	}
	page := restPage{next: doc.Meta.Next, total: -1}
	if doc.Meta.Total != nil {
		page.total = *doc.Meta.Total
	}
	if err := eachRow(doc.Objects, each); err != nil {
		return restPage{}, fmt.Errorf("%s: %w", what, err)
	}
	return page, nil
}

// pageRead is what was read of one page: how many rows, how many the list
// announces on all pages (-1 where it does not), and the link to the next.
type pageRead struct {
	rows, total int
	next        string
}

// eachPage reads the pages of a list one after the other, whatever their size,
// to the end that the list announces. what names the list in errors.
func eachPage(what, first string, read func(address string) (pageRead, error)) error {
	seen, rows := map[string]bool{}, 0
	for address := first; address != ""; {
		seen[address] = true
		page, err := read(address)
		if err != nil {
			return err
		}
		next, err := nextPage(what, address, page.next)
		if err != nil {
			return err
		}
		most := maxRows
		if page.total >= 0 { // the list may grow while it is read
			most = min(most, 2*page.total+pageSize)
		}
		rows += page.rows
		if next != "" && (page.rows == 0 || rows > most || seen[next]) {
			return unusable(address, fmt.Errorf("%s: its pages do not end", what))
		}
		address = next
	}
	return nil
}

// nextPage resolves the link to the next page, which is relative to the host
// and must not lead to another one.
func nextPage(what, address, next string) (string, error) {
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
	return window{u, offset, min(limit, pageSize)}, nil
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

// lastSegment returns the slug or number that a URI of the REST API ends in,
// empty where there is none.
func lastSegment(uri string) string {
	if base := path.Base(uri); base != "." && base != "/" {
		return base
	}
	return ""
}
