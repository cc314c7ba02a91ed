package muc

import "testing"

func TestRoomJID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"quic": "quic@rooms.example.org", "x3s3.3": "x3s3.3@rooms.example.org",
		"": "", "QUIC": "", "a b": "", "a@b": "", "a/b": "", "a:b": "", "ﬀ": "",
	} {
		got, err := RoomJID(name, "rooms.example.org")
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q gives %q, %v; want %q", name, got, err, want)
		}
	}
	if got, err := RoomJID("quic", ""); err == nil {
		t.Errorf("without a service the address is %q", got)
	}
}
