package rest

import "testing"

func TestPartsOfAPage(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]window{
		"https://a/x?limit=1000&type=wg":        {nil, 0, 1000},
		"https://a/x?limit=20&offset=40":        {nil, 40, 20},
		"https://a/x?limit=99999999&offset=0":   {nil, 0, 1000},
		"https://a/x?type=wg":                   {},
		"https://a/x?limit=0":                   {},
		"https://a/x?limit=x":                   {},
		"https://a/x?limit=10&offset=x":         {},
		"https://a/x?limit=10&offset=-1":        {},
		"https://a/\x00?limit=10":               {},
		"https://a/x?limit=9999999999999999999": {},
	} {
		w, err := windowOf(address)
		if w.offset != want.offset || w.limit != want.limit || (err == nil) != (want.limit > 0) {
			t.Errorf("%s: %d rows from %d, error %v", address, w.limit, w.offset, err)
		}
	}
	w, err := windowOf("https://a/x?limit=20&type=wg&offset=40")
	if err != nil {
		t.Fatal(err)
	}
	if got := w.part(42, 2); got != "https://a/x?limit=2&offset=42&type=wg" || w.at.RawQuery != "limit=20&type=wg&offset=40" {
		t.Errorf("a part is at %s of %s", got, w.at)
	}
}
