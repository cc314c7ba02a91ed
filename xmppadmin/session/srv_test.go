package session

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"

	"mellium.im/xmpp/jid"
)

// zone answers for SRV records, by the service.
type zone map[string]srv

type srv struct {
	records []*net.SRV
	err     error
}

func (z zone) LookupSRV(_ context.Context, service, _, _ string) (string, []*net.SRV, error) {
	if found, ok := z[service]; ok {
		return "", found.records, found.err
	}
	return "", nil, &net.DNSError{IsNotFound: true}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	at := func(priority uint16, target string) srv {
		return srv{records: []*net.SRV{{Target: target, Port: 5222, Priority: priority}}}
	}
	away := srv{err: &net.DNSError{IsTemporary: true}}
	none := at(0, ".")
	tests := []struct {
		name          string
		plain, direct srv // without records and error: not found
		want          []string
		temporary     bool // of the error, where want is empty
	}{
		{"none", srv{}, srv{}, []string{"example.org:5222"}, false},
		{"STARTTLS alone", at(5, "a."), srv{}, []string{"a.:5222"}, false},
		{"direct TLS alone", srv{}, at(5, "a."), []string{"a.:5222 direct"}, false},
		{"priorities across both", at(5, "a."), at(6, "b."), []string{"a.:5222", "b.:5222 direct"}, false},
		{"the same priority", at(5, "a."), at(5, "b."), []string{"b.:5222 direct", "a.:5222"}, false},
		{"one kind fails", at(5, "a."), away, []string{"a.:5222"}, false},
		{"the other kind fails", away, at(5, "b."), []string{"b.:5222 direct"}, false},
		{"both fail", away, away, nil, true},
		{"one fails, and the other is not found", srv{}, away, nil, true},
		{"declined", none, srv{}, nil, false},
		{"declined in both", none, none, nil, false},
		{"one declined", none, at(5, "b."), []string{"b.:5222 direct"}, false},
		{"one declined, and the other fails", none, away, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			z := zone{}
			for service, found := range map[string]srv{"xmpp-client": test.plain, "xmpps-client": test.direct} {
				if found.records != nil || found.err != nil {
					z[service] = found
				}
			}
			c := &Client{account: jid.MustParse("muster@example.org"), resolver: z}
			targets, err := c.targets(t.Context())
			var got []string
			for _, target := range targets {
				text := target.address
				if target.direct {
					text += " direct"
				}
				got = append(got, text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("targets %q, want %q", got, test.want)
			}
			var ce *ConnectError
			if (err != nil) != (test.want == nil) || err != nil && (!errors.As(err, &ce) || ce.Temporary != test.temporary) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// asked notes the names that it is asked for, and knows none of them.
type asked struct{ names []string }

func (a *asked) LookupSRV(_ context.Context, _, _, name string) (string, []*net.SRV, error) {
	a.names = append(a.names, name)
	return "", nil, &net.DNSError{IsNotFound: true}
}

// TestTargetsOfInternationalDomains: DNS has A-labels, whichever the account has.
func TestTargetsOfInternationalDomains(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"muster@exämple.org", "muster@xn--exmple-cua.org"} {
		dns := &asked{}
		c := &Client{account: jid.MustParse(account), resolver: dns}
		targets, err := c.targets(t.Context())
		if err != nil || len(targets) != 1 || targets[0].address != "xn--exmple-cua.org:5222" {
			t.Errorf("%s: the targets are %+v, %v", account, targets, err)
		}
		if !slices.Equal(dns.names, []string{"xn--exmple-cua.org", "xn--exmple-cua.org"}) {
			t.Errorf("%s: looked up %q", account, dns.names)
		}
	}
}
