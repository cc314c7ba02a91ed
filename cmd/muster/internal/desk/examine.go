package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"muster/frontdesk"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// deskLogHint is what to do where a desk runs and does not answer.
const deskLogHint = "a desk runs, and its log has why it is not connected: journalctl -u muster-desk.service"

// lookupTimeout bounds the look-up of the desk's name.
const lookupTimeout = 5 * time.Second

// Examination has what doctor examines of a front desk.
type Examination struct {
	Config    frontdesk.Config
	Address   string // of the component
	Database  string // its path
	Secret    func(ctx context.Context) (string, error)
	People    *People
	CheckMail func(ctx context.Context) error // nil where nothing is mailed
	// Running is who is the desk that runs; empty where none does.
	Running string
	// Account is the account's session; nil where there is none.
	Account xep.Requester
	// Resolver looks names up; nil for the system's.
	Resolver *net.Resolver
	Now      time.Time
	// Hint returns what to do about an error.
	Hint func(error) string
}

// Findings are what an examination finds, and the errors that it fails for.
type Findings struct {
	All    []xmppadmin.Finding
	Errors []error
}

func (f *Findings) add(check string, verdict xmppadmin.Verdict, text, hint string) {
	f.All = append(f.All, xmppadmin.Finding{Check: check, Verdict: verdict, Text: text, Hint: hint})
}

// fail adds a check that failed.
func (x *Examination) fail(f *Findings, check string, err error) {
	f.add(check, xmppadmin.Fail, err.Error(), x.Hint(err))
	f.Errors = append(f.Errors, err)
}

// Run examines the desk.
func (x *Examination) Run(ctx context.Context) *Findings {
	f := &Findings{}
	x.database(ctx, f)
	x.lock(f)
	x.component(ctx, f)
	x.listed(ctx, f)
	x.name(ctx, f)
	x.roles(ctx, f)
	if x.CheckMail != nil {
		if err := x.CheckMail(ctx); err != nil {
			x.fail(f, "desk mail", err)
		} else {
			f.add("desk mail", xmppadmin.OK, "the mail server takes the login", "")
		}
	}
	x.secretariat(f)
	return f
}

// database opens the database, and counts.
func (x *Examination) database(ctx context.Context, f *Findings) {
	const check = "desk database"
	if !Exists(x.Database) {
		f.add(check, xmppadmin.OK, x.Database+" does not exist yet; the first request makes it", "")
		return
	}
	err := With(x.Database, func(store *frontdesk.Store) error {
		stats, err := store.Stats(ctx)
		if err != nil {
			return err
		}
		var parts []string
		for _, state := range slices.Sorted(maps.Keys(stats.Requests)) {
			if n := stats.Requests[state]; n > 0 && state.Open() {
				parts = append(parts, fmt.Sprintf("%d %s", n, state))
			}
		}
		text := "no open requests"
		if len(parts) > 0 {
			text = "requests: " + strings.Join(parts, ", ")
		}
		f.add(check, xmppadmin.OK, fmt.Sprintf("%s, messages to send: %d", text, stats.Waiting), "")
		return nil
	})
	if err != nil {
		x.fail(f, check, err)
	}
}

func (x *Examination) lock(f *Findings) {
	if x.Running == "" {
		f.add("desk lock", xmppadmin.Warn, "no desk runs", "start it: systemctl enable --now muster-desk.service")
		return
	}
	f.add("desk lock", xmppadmin.OK, "held by "+x.Running, "")
}

// component tries the address and the secret. Beside a desk that runs only the
// secret's source is read: on ejabberd a second connection would take stanzas away
// from it.
func (x *Examination) component(ctx context.Context, f *Findings) {
	const check = "desk component"
	secret, err := x.Secret(ctx)
	if err == nil && x.Running == "" {
		err = session.TryComponent(ctx, session.ComponentConfig{
			Domain: x.Config.Domain, Server: x.Config.Local, Address: x.Address, Secret: secret,
		})
	}
	switch {
	case err != nil:
		x.fail(f, check, err)
	case x.Running == "":
		f.add(check, xmppadmin.OK, fmt.Sprintf("%s takes the component %s", x.Address, x.Config.Domain), "")
	default:
		f.add(check, xmppadmin.OK, "the secret can be read; the connection is not tried while a desk runs", "")
	}
}

// listed looks for the desk as a client does: in the list of the server's
// services, and whether it answers.
func (x *Examination) listed(ctx context.Context, f *Findings) {
	const check = "desk service"
	if x.Account == nil || x.Running == "" {
		return
	}
	info, err := xep.Info(ctx, x.Account, x.Config.Domain)
	if err != nil {
		err = fmt.Errorf("%s does not answer: %w", x.Config.Domain, err)
		f.add(check, xmppadmin.Fail, err.Error(), cmp.Or(x.Hint(err), deskLogHint))
		f.Errors = append(f.Errors, err)
		return
	}
	items, err := xep.Items(ctx, x.Account, x.Config.Local, "")
	listed := slices.ContainsFunc(items, func(i xep.DiscoItem) bool { return i.JID == x.Config.Domain })
	switch name := nameOf(info); {
	case err != nil:
		x.fail(f, check, err)
	case !listed:
		f.add(check, xmppadmin.Warn, fmt.Sprintf("%s answers, and %s does not list it among its services", x.Config.Domain, x.Config.Local),
			fmt.Sprintf("people find it by its address alone; on Prosody: disco_items = { { %q, %q } }", x.Config.Domain, x.Config.Name))
	case name != x.Config.Name:
		f.add(check, xmppadmin.Warn, fmt.Sprintf("%s answers as %q, not as %q", x.Config.Domain, name, x.Config.Name), "another program is the component, or the desk has to be restarted")
	default:
		f.add(check, xmppadmin.OK, fmt.Sprintf("%s is listed, and answers as %q", x.Config.Domain, name), "")
	}
}

func nameOf(info xep.DiscoInfo) string {
	for _, i := range info.Identities {
		if i.Name != "" {
			return i.Name
		}
	}
	return ""
}

// name looks the desk up in DNS, which other servers need.
func (x *Examination) name(ctx context.Context, f *Findings) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	resolver := x.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	_, records, err := resolver.LookupSRV(ctx, "xmpp-server", "tcp", x.Config.Domain)
	if err == nil && len(records) > 0 {
		f.add("desk dns", xmppadmin.OK, fmt.Sprintf("other servers find %s at %s:%d", x.Config.Domain, records[0].Target, records[0].Port), "")
		return
	}
	if hosts, err := resolver.LookupHost(ctx, x.Config.Domain); err == nil && len(hosts) > 0 {
		f.add("desk dns", xmppadmin.OK, fmt.Sprintf("other servers find %s at %s:5269", x.Config.Domain, hosts[0]), "")
		return
	}
	verdict := xmppadmin.OK
	if x.Config.Remote {
		verdict = xmppadmin.Warn
	}
	f.add("desk dns", verdict, fmt.Sprintf("%s is not in DNS: only people of this server reach it", x.Config.Domain),
		fmt.Sprintf("with desk.remote, other servers need _xmpp-server._tcp.%s or an address, and that name in the certificate", x.Config.Domain))
}

// roles reads the list of roles.
func (x *Examination) roles(ctx context.Context, f *Findings) {
	const check = "desk roles"
	list, err := x.People.Roles(ctx)
	if err != nil {
		x.fail(f, check, err)
		return
	}
	text := fmt.Sprintf("%d roles, confirmed at %s", len(list.Roles), list.Confirmed.UTC().Format("2006-01-02 15:04:05 UTC"))
	switch {
	case x.Now.Sub(list.Confirmed) > oldestRoles:
		f.add(check, xmppadmin.Warn, text, "requests wait for the secretariat while the list is older than a day: see whether the Datatracker answers")
	case list.Incomplete || list.Unread > 0:
		f.add(check, xmppadmin.Warn, fmt.Sprintf("%s; it is not whole, rows that could not be read: %d", text, list.Unread), "requests wait for the secretariat meanwhile")
	case len(list.Roles) == 0:
		f.add(check, xmppadmin.Warn, text, "check desk.roles")
	default:
		f.add(check, xmppadmin.OK, text, "")
	}
}

// secretariat checks that those who decide can.
func (x *Examination) secretariat(f *Findings) {
	const check = "desk secretariat"
	var remote []string
	for _, jid := range x.Config.Secretariat {
		if !x.Config.Remote && !strings.HasSuffix(jid, "@"+x.Config.Local) {
			remote = append(remote, jid)
		}
	}
	switch {
	case len(x.Config.Secretariat) == 0:
		f.add(check, xmppadmin.Warn, "no account answers requests but by muster request", "set desk.secretariat")
	case len(remote) > 0:
		f.add(check, xmppadmin.Warn, fmt.Sprintf("the desk does not take the word of other servers for %s", strings.Join(remote, ", ")),
			"use accounts of "+x.Config.Local+", or set desk.remote where the server checks certificates")
	default:
		f.add(check, xmppadmin.OK, strings.Join(x.Config.Secretariat, ", "), "")
	}
}
