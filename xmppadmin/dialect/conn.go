package dialect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"mellium.im/xmpp/jid"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Conn is one MUC service, reached over one session, and what the service and
// its server offer to this account. Every dialect is built on one.
type Conn struct {
	Client *session.Client
	Domain string // the service's
	Facts  Facts
	// OnWarning receives what a caller should know of a change that succeeded,
	// by the room's name; nil to drop it.
	OnWarning func(room, text string)
}

// warn passes on what a caller should know of a change of a room, given by
// its name or its JID.
func (c *Conn) warn(room, format string, args ...any) {
	if c.OnWarning != nil {
		name, _, _ := strings.Cut(room, "@")
		c.OnWarning(name, fmt.Sprintf(format, args...))
	}
}

// Facts are how a service and its server describe themselves.
type Facts struct {
	Software, Version string   // the server's, empty where it gives none
	AtService         []string // nodes of the commands at the MUC service
	AtDomain          []string // and at the account's domain
	Archives          bool     // the service has archives at all (XEP-0313)
	Pages             bool     // it gives long lists page by page (XEP-0059)
}

// Discover finds out what has to be known of the service at domain. That there
// is no chat service there is a [*session.ConnectError].
func Discover(ctx context.Context, c *session.Client, domain string) (*Conn, error) {
	if j, err := jid.New("", domain, ""); err == nil {
		domain = j.Domainpart() // in lower case, and with U-labels
	}
	conn := &Conn{Client: c, Domain: domain}
	facts := &conn.Facts
	outer := ctx
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		info, err := xep.Info(ctx, c, domain)
		facts.Archives, facts.Pages = info.Has(xep.FeatureMAM), info.Has(xep.FeatureRSM)
		return checkService(c, domain, info, err)
	})
	g.Go(func() (err error) {
		facts.AtService, err = xep.Commands(ctx, c, domain)
		return err
	})
	g.Go(func() (err error) {
		facts.AtDomain, err = xep.Commands(ctx, c, c.Domain())
		return err
	})
	g.Go(func() error {
		var err error
		facts.Software, facts.Version, err = xep.Version(ctx, c, c.Domain())
		if errors.As(err, new(*session.AnswerError)) {
			return nil // a server need not name its software
		}
		return err
	})
	return conn, suggestServices(outer, c, domain, g.Wait())
}

// suggestServices returns err with the chat services of the account's server,
// where the server answered that there is none at domain.
func suggestServices(ctx context.Context, c *session.Client, domain string, err error) error {
	var answer *session.AnswerError
	var none *session.ConnectError
	if !errors.As(err, &none) && errors.As(err, &answer) && answer.To == domain {
		none = noService(c, domain, err)
	}
	if none == nil || none.Hint.Kind != session.HintService {
		return err
	}
	items, _ := xep.Items(ctx, c, c.Domain(), "")
	for _, item := range items {
		if info, err := xep.Info(ctx, c, item.JID); err == nil && info.Is("conference") && info.Has(xep.FeatureMUC) {
			none.Hint.Names = append(none.Hint.Names, item.JID)
		}
	}
	return none
}

func noService(c *session.Client, domain string, err error) *session.ConnectError {
	return &session.ConnectError{
		Step: "find the chat service at", On: domain, Err: err,
		Hint: session.Hint{Kind: session.HintService, Domain: c.Domain()},
	}
}

// checkService makes sure that there is a chat service at domain.
func checkService(c *session.Client, domain string, info xep.DiscoInfo, err error) error {
	switch {
	case err != nil && !errors.As(err, new(*session.AnswerError)):
		return err
	case err != nil:
	case !info.Is("conference") || !info.Has(xep.FeatureMUC):
		err = errors.New("not a multi-user chat service")
	default:
		return nil
	}
	return noService(c, domain, err)
}

// offers reports whether the MUC service lists a command for this account.
func (c *Conn) offers(node string) bool { return slices.Contains(c.Facts.AtService, node) }

// software reports whether that is the name of the server's software.
func (c *Conn) software(name string) bool { return strings.EqualFold(c.Facts.Software, name) }

// JID returns the address of a room of the service.
func (c *Conn) JID(name string) (string, error) { return muc.RoomJID(name, c.Domain) }

// owns reports whether this account is among a room's owners.
func (c *Conn) owns(owners []string) bool {
	return slices.ContainsFunc(owners, func(o string) bool { return sameJID(o, c.Client.JID()) })
}

// list lists the rooms that the service shows, by their localparts: page by
// page where it can, because ejabberd leaves out empty rooms from a list that
// would be long.
func (c *Conn) list(ctx context.Context) ([]string, error) {
	var items []xep.DiscoItem
	var err error
	if c.Facts.Pages {
		items, err = xep.PagedItems(ctx, c.Client, c.Domain)
	} else {
		items, err = xep.Items(ctx, c.Client, c.Domain, "")
	}
	var addresses []string
	for _, item := range items {
		addresses = append(addresses, item.JID)
	}
	return c.localparts(addresses), err
}

// readListed reads rooms that the service lists and rooms by their names. A
// listed room whose name the library refuses exists, and is not managed: this
// account could not have made it.
func (c *Conn) readListed(ctx context.Context, listed, names []string, read func(context.Context, []string) ([]muc.Room, error)) ([]muc.Room, error) {
	var others []muc.Room
	listed = slices.DeleteFunc(union(listed, nil), func(name string) bool {
		_, err := c.JID(name)
		if err != nil && !slices.Contains(names, name) {
			others = append(others, muc.Room{Name: name, State: muc.Exists})
		}
		return err != nil
	})
	rooms, err := read(ctx, union(listed, names))
	rooms = append(rooms, others...)
	sortRooms(rooms)
	return rooms, err
}

// localparts returns the localparts of those addresses that are rooms of the
// service. They are cut out as text: an address that the library refuses must
// not hide the other rooms.
func (c *Conn) localparts(addresses []string) []string {
	var names []string
	for _, address := range addresses {
		if name, domain, ok := strings.Cut(address, "@"); ok && sameDomain(domain, c.Domain) {
			names = append(names, name)
		}
	}
	return names
}

// sameDomain reports whether two domains are the same, in whichever form.
func sameDomain(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	ja, erra := jid.New("", a, "")
	jb, errb := jid.New("", b, "")
	return erra == nil && errb == nil && ja.Equal(jb)
}

// lookAtEach looks at rooms one by one, many at a time. An error of look is
// one that stops all other looks as well.
func (c *Conn) lookAtEach(ctx context.Context, names []string, look func(context.Context, string) (muc.Room, error)) ([]muc.Room, error) {
	names = union(names, nil)
	rooms := make([]muc.Room, len(names))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Client.MaxInFlight())
	for i, name := range names {
		g.Go(func() (err error) {
			rooms[i], err = look(gctx, name)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return rooms, nil
}

// notSeen returns a room that could not be looked at because of err, and an
// error only where all other looks would fail as well.
func notSeen(ctx context.Context, name string, err error) (muc.Room, error) {
	if ctx.Err() != nil || errors.Is(err, session.ErrUnavailable) {
		return muc.UnknownRoom(name, err), err
	}
	return muc.UnknownRoom(name, roomError(name, err)), nil
}

// roomError names the room that an error is about.
func roomError(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("room %q: %w", name, err)
}

// sameJID compares two addresses after JID preparation.
func sameJID(a, b string) bool {
	ja, erra := jid.Parse(a)
	jb, errb := jid.Parse(b)
	return erra == nil && errb == nil && ja.Equal(jb)
}

func sortRooms(rooms []muc.Room) {
	slices.SortFunc(rooms, func(a, b muc.Room) int { return strings.Compare(a.Name, b.Name) })
}

// union returns the names of both lists, sorted, each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
