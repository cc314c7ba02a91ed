package frontdesk

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/xmppadmin"
)

// Facts are what a request is decided by.
type Facts struct {
	Now time.Time
	// Person is who the JID is linked to, 0 for no link.
	Person int
	Roles  agenda.RoleList
	// Groups are those of every type and in every state.
	Groups agenda.GroupList
	// Counted are the slugs of the roles that count, AreaDirectors has those of
	// an area count for its groups.
	Counted       []string
	AreaDirectors bool
	// Open are the open requests, that which is decided not among them.
	Open []Request
	// Reserved is why the room is wanted, standing or protected without the
	// request, a sentence in lower case; empty where it is not.
	Reserved string
	// ReservedUnknown is why that is not known.
	ReservedUnknown error
	// Found is the room as it was looked at.
	Found xmppadmin.Room
	Quota Quota
}

// Outcome is what becomes of a request.
type Outcome int

// The outcomes. The zero value is the safe one.
const (
	Waits Outcome = iota // for the secretariat
	Approves
	Refuses
)

// Verdict is what becomes of a request, and why: one clause for each condition
// that does not hold, in the order of the conditions.
type Verdict struct {
	Outcome Outcome
	Reasons []string
}

// Why returns the reasons as one sentence without a full stop.
func (v Verdict) Why() string { return strings.Join(v.Reasons, "; ") }

const (
	// maxAge is how old a list may be that something is granted by.
	maxAge = 24 * time.Hour
	// maxRequested is the length in bytes that the name of a room may have that
	// is approved at once.
	maxRequested = 40
)

// suffixForm matches what stands after the acronym and the hyphen.
var suffixForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$`)

// Decide returns what becomes of a request. It is approved at once where all of
// these hold, and waits otherwise:
//
//  1. the requester is linked to a person with a role that counts in the group, which
//     is active, proposed or a BOF; the list of roles is whole and recent;
//  2. the name is the acronym of the group, a hyphen and a suffix, and no group
//     with a longer acronym has a better claim to it;
//  3. no group of any type or state has the name as its acronym; the list of
//     groups is whole and recent;
//  4. no open request, and no wanted, standing or protected room has the name;
//  5. the room is absent, or managed and archived;
//  6. group and person have room for one more, and the last day is between
//     tomorrow and the longest time allowed.
//
// What the secretariat cannot put right is refused: a name that no room can
// have or that another open request has, a last day that is over, and more
// requests than are answered.
func Decide(r Request, f Facts) Verdict {
	if why := refusal(r, f); why != "" {
		return Verdict{Refuses, []string{why}}
	}
	var v Verdict
	for _, condition := range []func(Request, Facts) string{roleHolds, nameIsGroups, nameIsNoAcronym, nameIsFree, roomIsClear, inQuota} {
		if why := condition(r, f); why != "" {
			v.Reasons = append(v.Reasons, why)
		}
	}
	if len(v.Reasons) == 0 {
		v.Outcome = Approves
	}
	return v
}

// refusal returns why a request is not even kept, or nothing.
func refusal(r Request, f Facts) string {
	end := endOf(r.Until)
	waiting := 0
	for _, o := range f.Open {
		if o.Room == r.Room {
			return fmt.Sprintf("request %d, which is open, has the name %s", o.ID, r.Room)
		}
		if o.State == Pending && sameOwner(o, r) {
			waiting++
		}
	}
	switch why := provision.CheckName(r.Room); {
	case why != "":
		return why
	case end.IsZero():
		return "the last day is no date such as 2026-12-24"
	case !end.After(f.Now.Add(24 * time.Hour)):
		return "the last day must be tomorrow or later"
	case f.Quota.All > 0 && len(f.Open) >= f.Quota.All:
		return fmt.Sprintf("%d requests are open in all, and no more are taken", len(f.Open))
	case f.Quota.Person > 0 && waiting >= f.Quota.Person:
		return fmt.Sprintf("%d of your requests wait already", waiting)
	}
	return ""
}

// sameOwner reports whether two requests are of the same person, or JID.
func sameOwner(a, b Request) bool { return a.JID == b.JID || a.Person != 0 && a.Person == b.Person }

// roleHolds is the first condition.
func roleHolds(r Request, f Facts) string {
	g, known := groupOf(f.Groups, r.Acronym)
	switch {
	case r.Acronym == "":
		return "the room is for no group"
	case f.Person == 0:
		return "the address is not linked to a person of the Datatracker"
	case !known:
		return fmt.Sprintf("there is no group %s", r.Acronym)
	case !g.State.Active():
		return fmt.Sprintf("the group %s is not active", g.Acronym)
	case !wholeRoles(f.Roles):
		return "the Datatracker's list of roles is not complete"
	case !recent(f.Roles.Confirmed, f.Now):
		return "the Datatracker's list of roles is older than a day"
	case len(rolesIn(f.Person, g, f)) == 0:
		return fmt.Sprintf("you have no role in the group %s", g.Acronym)
	}
	return ""
}

// nameIsGroups is the second condition.
func nameIsGroups(r Request, f Facts) string {
	if r.Acronym == "" {
		return "the name is in the name space of no group" // said by the first, too
	}
	suffix, ok := strings.CutPrefix(r.Room, provision.Lower(r.Acronym)+"-")
	owner, err := NameSpace(r.Room, &f.Groups)
	switch {
	case !ok || !suffixForm.MatchString(suffix):
		return fmt.Sprintf("the name is not %s, a hyphen, and up to 20 letters, digits and hyphens", provision.Lower(r.Acronym))
	case len(r.Room) > maxRequested:
		return fmt.Sprintf("the name has more than %d letters", maxRequested)
	case err != nil:
		return err.Error()
	case owner != provision.Lower(r.Acronym):
		return fmt.Sprintf("the name belongs to the group %s", owner)
	}
	return ""
}

// nameIsNoAcronym is the third condition.
func nameIsNoAcronym(r Request, f Facts) string {
	g, known := groupOf(f.Groups, r.Room)
	switch {
	case known:
		return fmt.Sprintf("the name is the acronym of the group %s", g.Acronym)
	case !wholeGroups(f.Groups):
		return "the Datatracker's list of groups is not complete"
	case !recent(f.Groups.Confirmed, f.Now):
		return "the Datatracker's list of groups is older than a day"
	}
	return ""
}

// nameIsFree is the fourth condition; an open request with the name is refused
// before.
func nameIsFree(r Request, f Facts) string {
	switch {
	case f.Reserved != "":
		return strings.TrimSuffix(f.Reserved, ".")
	case f.ReservedUnknown != nil:
		return "it is not known whether the name is in use otherwise"
	}
	return ""
}

// roomIsClear is the fifth condition.
func roomIsClear(_ Request, f Facts) string {
	switch {
	case f.Found.State == xmppadmin.Absent:
		return ""
	case f.Found.State != xmppadmin.Exists:
		return "it is not known whether the room exists already"
	case !f.Found.Managed:
		return "the room exists already, and others made it"
	case !f.Found.Archived:
		return "the room exists already"
	}
	return ""
}

// inQuota is the sixth condition. What waits counts for its requester alone: others
// must not use up the rooms of a group.
func inQuota(r Request, f Facts) string {
	group, person := 0, 0
	for _, o := range f.Open {
		if r.Acronym != "" && o.Acronym == r.Acronym && o.State != Pending {
			group++
		}
		if sameOwner(o, r) {
			person++
		}
	}
	switch {
	case r.Acronym != "" && group >= f.Quota.Group:
		return fmt.Sprintf("the group %s has %d rooms by request already", r.Acronym, group)
	case person >= f.Quota.Person:
		return fmt.Sprintf("you have %d open requests already", person)
	case endOf(r.Until).After(latest(f.Now, f.Quota.Days)):
		return fmt.Sprintf("the last day is more than %d days from now", f.Quota.Days)
	}
	return ""
}

// latest returns the end of the last day that is so many days from now.
func latest(now time.Time, days int) time.Time { return endOf(dayOf(now.UTC().AddDate(0, 0, days))) }

// NameSpace returns the lower-case acronym of the group to which the name of a
// room belongs: that with the longest acronym that is the name, or begins it and
// is followed by a hyphen. The group may be of any type and in any state.
func NameSpace(name string, groups *agenda.GroupList) (acronym string, err error) {
	for _, g := range groups.Groups {
		a := provision.Lower(g.Acronym)
		if len(a) > len(acronym) && (name == a || strings.HasPrefix(name, a+"-")) {
			acronym = a
		}
	}
	if acronym == "" {
		return "", errors.New("the name is in the name space of no group")
	}
	return acronym, nil
}

// groupOf returns the group with an acronym, in whichever case.
func groupOf(l agenda.GroupList, acronym string) (agenda.GroupRecord, bool) {
	i := slices.IndexFunc(l.Groups, func(g agenda.GroupRecord) bool { return strings.EqualFold(g.Acronym, acronym) })
	if i < 0 || acronym == "" {
		return agenda.GroupRecord{}, false
	}
	return l.Groups[i], true
}

// rolesIn returns the slugs of the roles of a person that count in a group,
// sorted; those of the area of the group are "ad".
func rolesIn(person int, g agenda.GroupRecord, f Facts) []string {
	var names []string
	area, known := groupOf(f.Groups, g.Parent)
	for _, role := range f.Roles.Roles {
		switch {
		case role.Person != person:
		case role.Group == g.ID && slices.Contains(f.Counted, role.Name),
			f.AreaDirectors && known && area.Type == "area" && role.Group == area.ID && role.Name == "ad":
			names = append(names, role.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// groupsOf returns the active groups in which a person has a role that counts,
// by acronym. It looks at the roles as they are, however old: to show is not to
// grant.
func groupsOf(person int, f Facts) []agenda.GroupRecord {
	return slices.DeleteFunc(allGroupsOf(person, f), func(g agenda.GroupRecord) bool { return !g.State.Active() })
}

// allGroupsOf returns the groups in whatever state in which a person has a role
// that counts, by acronym.
func allGroupsOf(person int, f Facts) []agenda.GroupRecord {
	direct, directed := map[int]bool{}, map[int]bool{}
	for _, role := range f.Roles.Roles {
		if role.Person == person {
			direct[role.Group] = direct[role.Group] || slices.Contains(f.Counted, role.Name)
			directed[role.Group] = directed[role.Group] || f.AreaDirectors && role.Name == "ad"
		}
	}
	if len(direct) == 0 {
		return nil
	}
	areas := map[string]bool{}
	for _, g := range f.Groups.Groups {
		if g.Type == "area" && directed[g.ID] {
			areas[g.Acronym] = true
		}
	}
	var groups []agenda.GroupRecord
	for _, g := range f.Groups.Groups {
		if direct[g.ID] || g.Parent != "" && areas[g.Parent] {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b agenda.GroupRecord) int { return cmp.Compare(a.Acronym, b.Acronym) })
	return groups
}

// wholeRoles reports whether nothing is missing from a list of roles.
func wholeRoles(l agenda.RoleList) bool { return !l.Incomplete && l.Unread == 0 && len(l.Roles) > 0 }

// wholeGroups reports whether nothing is missing from a list of groups.
func wholeGroups(l agenda.GroupList) bool {
	return !l.Incomplete && l.Unread.Rows == 0 && len(l.Groups) > 0
}

// recent reports whether something is granted by what was confirmed then. A time
// that is still to come proves nothing: the clock was wrong.
func recent(confirmed, now time.Time) bool {
	return !confirmed.IsZero() && now.Sub(confirmed).Abs() <= maxAge
}
