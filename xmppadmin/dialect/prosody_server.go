package dialect

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/xep"
)

// enoughMessages is how many messages of a room a storage must at least hold
// for its log to count as permanent: more than a room has in many years.
const enoughMessages = 1_000_000

// Retention reads from the table how long the archive is kept, and how much of
// it.
func (d *companion) Retention(ctx context.Context) []Finding {
	table, err := d.table(ctx, "", []string{"muster-doctor"})
	if err != nil {
		return []Finding{{Check: "retention", Verdict: Fail, Text: err.Error()}}
	}
	expires, archived := table.Field("archive_expires")
	if !archived {
		return nil // the check of the message archive has reported that
	}
	f := Finding{Check: "retention", Verdict: OK, Text: "messages never expire"}
	if expires.Value() != "never" {
		f.Verdict, f.Text = Fail, "messages are deleted after "+expires.Value()
		f.Hint = fmt.Sprintf(`set muc_log_expires_after = "never" on the component %q`, d.conn.Domain)
	}
	findings := []Finding{f}
	if limit, ok := table.Field("archive_limit"); ok {
		findings = append(findings, archiveLimit(limit.Value()))
	}
	return findings
}

func archiveLimit(limit string) Finding {
	n, err := strconv.Atoi(limit)
	f := Finding{Check: "archive limit", Verdict: OK, Text: fmt.Sprintf("the last %s messages of each room are kept", limit)}
	if err != nil || n < enoughMessages {
		f.Verdict = Fail
		f.Text += "; older ones are dropped without a warning"
		f.Hint = fmt.Sprintf("set storage_archive_item_limit = %d on the component, or keep muc_log in SQL", 10*enoughMessages)
	}
	return f
}

// nodeSetAffiliation is a command of Prosody's own MUC component.
const nodeSetAffiliation = "http://prosody.im/protocol/muc#set-affiliation"

// setAffiliation makes this account an owner of a room (a bare JID) by that
// command, as an administrator of the component may.
func setAffiliation(ctx context.Context, c *Conn, room string) error {
	_, err := xep.Execute(ctx, c.Client, c.Domain, nodeSetAffiliation, func(int, *xep.Form) (xep.Form, error) {
		return xep.NewSubmission(nodeSetAffiliation).
			With("room", room).With("jid", c.Client.JID()).With("affiliation", "owner"), nil
	})
	return err
}

// tombstoneAdvice returns what to do about the name of a destroyed room, which
// Prosody keeps for a month.
func tombstoneAdvice(c *Conn) string {
	return fmt.Sprintf(`the room was destroyed, and the server keeps its name: an administrator of %s may free it by the command "Destroy Rooms" `+
		`(%s); otherwise it is free after muc_tombstone_expiry, a month by default`, c.Domain, "http://prosody.im/protocol/muc#destroy")
}

func knownProsody() server {
	return server{
		name:     "prosody",
		obstacle: prosodyObstacle,
		commands: prosodyCommands,
		creation: func(c *Conn) string {
			return fmt.Sprintf(`restrict_room_creation of the component %q keeps it out: set it to "local" or false, or list %s in admins`, c.Domain, c.Client.JID())
		},
		retention: func(c *Conn) Finding {
			return Finding{
				Check: "retention", Verdict: Warn, Text: "how long the archive is kept cannot be seen without the companion module",
				Hint: fmt.Sprintf(`make sure that muc_log_expires_after = "never" on the component %q (the default keeps a week), `+
					`and that storage_archive_item_limit is high or the archive is in SQL`, c.Domain),
			}
		},
		rate: func(c *Conn) string {
			return fmt.Sprintf(`where mod_limits is loaded, unlimited_jids = { %q } exempts the account`, c.Client.JID())
		},
	}
}

func prosodyObstacle(c *Conn, setting muc.Setting) string {
	switch setting {
	case muc.Persistent:
		return "Prosody lets this account make no room persistent; see muc_room_allow_persistent"
	case muc.Public:
		return "Prosody lets this account make no room public; see muc_room_allow_public"
	case muc.MessageArchive:
		return fmt.Sprintf(`Prosody's archive is not loaded; add "muc_mam" to modules_enabled of the component %q`, c.Domain)
	case muc.PublicLog:
		return "Prosody has no such setting of a room; mod_http_muc_log publishes the log of every public room"
	case muc.LogAddress:
		return "Prosody's rooms have the address of their log only with the companion module"
	default:
		return ""
	}
}

// prosodyCommands returns the commands of the companion module that are missing.
func prosodyCommands(c *Conn) string {
	var missing []string
	for _, node := range companionNodes() {
		if !c.offers(node) {
			missing = append(missing, strings.TrimPrefix(node, formAdmin+"#"))
		}
	}
	return fmt.Sprintf(`not offered to %s: %s; load "admin_muc" (the companion module) on the component %q and list %s in admins`,
		c.Client.JID(), strings.Join(missing, ", "), c.Domain, c.Client.JID())
}
