package agenda

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// maxPages bounds how many pages of a list are followed.
const maxPages = 20

// eachPage reads the pages of a list one after the other: read is given the
// address of a page and gives its link to the next one, empty on the last.
// what names the list in errors.
func eachPage(what, first string, read func(address string) (next string, err error)) error {
	seen := map[string]bool{}
	for address := first; address != ""; {
		if seen[address] || len(seen) == maxPages {
			return unusable(address, fmt.Errorf("%s: its pages do not end", what))
		}
		seen[address] = true
		next, err := read(address)
		if err != nil {
			return err
		}
		if address, err = nextPage(what, address, next); err != nil {
			return err
		}
	}
	return nil
}

// nextPage resolves the link to the next page, which is relative to the host,
// and does not let it lead to another one.
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
		return "", unusable(address, fmt.Errorf("%s: its next page %q is elsewhere", what, clip(next)))
	}
	return there.String(), nil
}

// window is the part of a list that one page shows.
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
		return window{}, errors.New("the page does not say which rows it has")
	}
	return window{u, offset, min(limit, pageSize)}, nil
}

// part is the address of a page with other rows of the same list.
func (w window) part(offset, limit int) string {
	u := *w.at
	query := u.Query()
	query.Set("offset", strconv.Itoa(offset))
	query.Set("limit", strconv.Itoa(limit))
	u.RawQuery = query.Encode()
	return u.String()
}
