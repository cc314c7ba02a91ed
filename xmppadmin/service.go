package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Dialect is how one kind of server takes room commands. No answer of its
// methods that change a room is proof of the change: read the room back.
type Dialect interface {
	// Name is the name by which the configuration chooses the dialect.
	Name() string
	// Survey looks at every room that the service shows to this account and
	// at each of names, listed or not. The rooms are sorted by name, each
	// once; one that could not be looked at is Unknown. An error means that
	// nothing at all is known.
	Survey(ctx context.Context, names []string) ([]Room, error)
	// Read looks at the rooms named and at no others, in the same manner.
	Read(ctx context.Context, names []string) ([]Room, error)
	// Create makes a room with these settings, owned by this account. A room
	// that exists is left alone: ErrExists.
	Create(ctx context.Context, name string, s Settings) error
	// Configure sets these settings of a room and leaves all others.
	Configure(ctx context.Context, name string, s Settings) error
	// Adopt makes this account an owner besides those there are.
	Adopt(ctx context.Context, name string) error
	// Archive closes a room for all but its owners; what it changes is
	// remembered on the server. The settings are set in the same step.
	Archive(ctx context.Context, name string, s Settings) error
	// Reopen undoes Archive; the settings win over what is restored.
	Reopen(ctx context.Context, name string, s Settings) error
}

// Service is one MUC service under administration, in the dialect that its
// server speaks.
type Service struct {
	Dialect
	client *Client
	domain string
	facts  serviceFacts
}

// serviceFacts are what a service and its server say of themselves.
type serviceFacts struct {
	software, version string   // the server's, empty where it does not tell
	atService         []string // nodes of the commands at the MUC service
	atDomain          []string // and at the account's domain
	archives          bool     // the service has archives at all (XEP-0313)
	pages             bool     // it gives long lists page by page (XEP-0059)
}

// Open looks at the MUC service at domain and chooses how to speak to it:
// by the dialect named, or where that is "auto" or empty by the best one that
// the service offers to this account.
func Open(ctx context.Context, c *Client, domain, dialect string) (*Service, error) {
	facts, err := c.discover(ctx, domain)
	if err != nil {
		return nil, err
	}
	s := &Service{client: c, domain: domain, facts: facts}
	s.Dialect, err = s.choose(dialect)
	return s, err
}

// discover asks all that has to be known of a service at once.
func (c *Client) discover(ctx context.Context, domain string) (serviceFacts, error) {
	var facts serviceFacts
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		info, err := c.discoInfo(ctx, domain)
		facts.archives, facts.pages = info.has(nsMAM), info.has(nsRSM)
		return c.checkService(domain, info, err)
	})
	g.Go(func() (err error) {
		facts.atService, err = c.Commands(ctx, domain)
		return err
	})
	g.Go(func() (err error) {
		facts.atDomain, err = c.Commands(ctx, c.Domain())
		return err
	})
	g.Go(func() error {
		var err error
		facts.software, facts.version, err = c.software(ctx, c.Domain())
		var refused *answerError
		if errors.As(err, &refused) {
			return nil // servers need not say what they are
		}
		return err
	})
	return facts, g.Wait()
}

// checkService makes sure that there is a chat service at domain.
func (c *Client) checkService(domain string, info discoInfo, err error) error {
	switch {
	case errors.Is(err, ErrUnavailable), err != nil && !errors.As(err, new(*answerError)):
		return err
	case err != nil:
	case !info.conference() || !info.has(nsMUC):
		err = errors.New("it is no multi-user chat service")
	default:
		return nil
	}
	return &ConnectError{
		Step: "find the chat service at", On: domain, Err: err,
		hint: fmt.Sprintf("xmpp.service is the domain of the server's MUC component or host, often conference.%s", c.Domain()),
	}
}

// choose returns the dialect asked for, or the best one.
func (s *Service) choose(name string) (Dialect, error) {
	lacks := func(what, hint string) error {
		return &ConnectError{
			Step: "use the commands of", On: s.domain, Err: fmt.Errorf("%s is not offered to %s", what, s.client.JID()),
			hint: hint + ", or set xmpp.dialect to auto",
		}
	}
	switch name {
	case "", "auto":
		return s.best(), nil
	case "prosody":
		if !s.hasCompanion() {
			return nil, lacks(nodeGet, fmt.Sprintf("load admin_muc on the component %s and list %s in its admins", s.domain, s.client.JID()))
		}
		return &companion{service: s}, nil
	case "ejabberd":
		if !s.hasEjabberd() {
			return nil, lacks(nodeAPI+ejabberdCommands[0], fmt.Sprintf("enable mod_adhoc_api and allow %s by api_permissions", s.client.JID()))
		}
		return newEjabberd(s), nil
	case "openfire":
		return newOpenfire(s), nil
	case "owner":
		return &owner{service: s}, nil
	default:
		return nil, &ConnectError{
			Step: "use the dialect", On: fmt.Sprintf("%q", name), Err: ErrUnsupported,
			hint: "the dialects are " + strings.Join(Dialects(), ", "),
		}
	}
}

// best is the dialect with the fewest requests that the service offers.
func (s *Service) best() Dialect {
	switch {
	case s.hasCompanion():
		return &companion{service: s}
	case s.hasEjabberd():
		return newEjabberd(s)
	case s.isOpenfire():
		return newOpenfire(s)
	default:
		return &owner{service: s}
	}
}

// Dialects returns the names that the configuration may give, sorted.
func Dialects() []string { return []string{"auto", "ejabberd", "openfire", "owner", "prosody"} }

func (s *Service) hasCompanion() bool {
	for _, node := range companionNodes {
		if !s.offers(node) {
			return false
		}
	}
	return true
}

// offers says whether the MUC service lists a command for this account.
func (s *Service) offers(node string) bool {
	return slices.Contains(s.facts.atService, node)
}

// Domain returns the service's domain.
func (s *Service) Domain() string { return s.domain }

// Software returns the name and version of the server's software as it tells
// them, empty where it does not.
func (s *Service) Software() (name, version string) {
	return s.facts.software, s.facts.version
}

// jid returns the address of a room of the service.
func (s *Service) jid(name string) (string, error) {
	return RoomJID(name, s.domain)
}

// unknown is a room that could not be looked at.
func unknown(name string, err error) Room {
	return Room{Name: name, State: Unknown, Err: err}
}

func sortRooms(rooms []Room) {
	slices.SortFunc(rooms, func(a, b Room) int { return strings.Compare(a.Name, b.Name) })
}

// union returns the names of both lists, sorted, each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
