package want

import (
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// evidence is what is known of one room when its life is decided.
type evidence struct {
	// claimants are those who claim the name as their own, where they are more
	// than one.
	claimants []string
	// unwanted reports whether the configuration wants no room of the name.
	unwanted bool
	// standing reports whether the configuration names the room.
	standing bool
	// meets reports whether the room has a session on an agenda in hand that is
	// not cancelled, cancelled whether it has only cancelled ones.
	meets, cancelled bool
	// onAgenda reports whether the group has a session on an agenda in hand that
	// is not cancelled, in whichever room.
	onAgenda bool
	// group is the group of the list whose acronym the room bears, nil for
	// none; yearRound reports whether groups of its type have rooms between
	// meetings, authoritative whether the list is current and whole.
	group         *agenda.GroupRecord
	yearRound     bool
	authoritative bool
	// unread reports whether a row that could not be read, on an agenda or on
	// the list, may be of the group.
	unread bool
	// last is the last meeting that the group is known to have been on, with
	// cancelled sessions alone too.
	last lastMeeting
	// history is what earlier runs have seen of the room, nil for nothing.
	history *RoomHistory
	// renamed is the group's new acronym; the zero value for none.
	renamed renaming
	// request is the request that is for the room, open or over; nil for none,
	// and for a room that is protected.
	request *Request
	// grace is for how long a room stays when its group, or its BOF's last
	// meeting, is over.
	grace time.Duration
	now   time.Time
}

// renaming is that a group has another acronym now.
type renaming struct {
	to     string // the room's new name
	source provision.Source
	// ready reports whether the room of the new name is there, or has been:
	// until then the old one stays.
	ready bool
}

// lastMeeting is a meeting, by its number, and its end; both may be zero.
type lastMeeting struct {
	number string
	end    time.Time
}

// decide returns what is to become of a room. The first row that fits counts:
//
//	evidence                                                    desired
//	----------------------------------------------------------  -------------------------
//	two who claim the name as their own                         contested
//	standing                                                    live
//	a session that takes place                                  live
//	group active or proposed, year-round type                   live
//	BOF with a session that takes place, in any room            live
//	BOF on no agenda, grace not over, not renamed by rules      live unless archived
//	group at work, type for meetings only                       leave alone
//	renamed, the new room is there                              archived, moved to it
//	renamed, the new room is not there                          leave alone
//	BOF, grace over since its last meeting                      archived
//	group over, grace not over                                  leave alone until then
//	group over, grace over                                      archived
//	group dormant, or in a state that is not known              leave alone
//	a room of sessions that earlier runs saw                    leave alone
//	a request that is over, no group or session seen in it      archived
//	nothing                                                     the zero Decision
//
// A list that is not current or not whole archives nothing: its BOFs and groups
// that are over are left alone. Nor is a room archived while a row that could
// not be read may be of its group. A room to be archived that no earlier run saw is
// archived if found. A room that has only cancelled sessions is live if it
// exists where the rows would leave it alone or know nothing of it. A request
// that is not over has its room live where the rows would not, but for one that
// has only cancelled sessions or whose group was renamed: it gives way to every
// other claim. A room that the configuration does not want is left alone where it
// would be wanted.
func decide(e evidence) provision.Decision {
	d := e.rows()
	if e.unread && d.Desired == provision.Archived {
		d = provision.Decision{Desired: provision.LeaveAlone, Source: d.Source, Reason: d.Reason + rowUnread}
	}
	switch {
	case e.requested() && !d.Desired.Wanted() && !e.cancelled && e.renamed.to == "":
		d = provision.Decision{Desired: provision.Live, Source: provision.FromRequest, Request: e.request.ID}
	case d.Desired == provision.Archived && e.history == nil && d.MovedTo == "":
		d.Desired = provision.ArchivedIfFound
	case e.cancelled && !d.Desired.Wanted() && !d.Desired.Over():
		d = provision.Decision{Desired: provision.LiveIfExists}
	}
	if e.unwanted && d.Desired.Wanted() {
		d = provision.Decision{Desired: provision.LeaveAlone, Source: provision.FromUnwanted, Reason: "it is listed as unwanted"}
	}
	return d
}

// rows goes through the rows of the table of decide.
func (e evidence) rows() provision.Decision {
	switch {
	case len(e.claimants) > 0:
		return provision.Decision{Desired: provision.Contested, Reason: "claimed by " + strings.Join(e.claimants, " and by ")}
	case e.standing, e.meets:
		return provision.Decision{Desired: provision.Live}
	case e.atWork() && !e.yearRound:
		return e.leave(forMeetingsOnly)
	case e.atWork() && e.group.State == agenda.StateBOF && !e.onAgenda:
		return provision.Decision{Desired: provision.LiveUnlessArchived}
	case e.atWork():
		return provision.Decision{Desired: provision.Live}
	case e.renamed.to != "":
		return e.decideRenamed()
	case e.group != nil && e.group.State == agenda.StateBOF:
		return e.end(e.last.end, lastMet(e.group, e.last))
	case e.group != nil && e.group.State.Over():
		since, noted := e.over()
		return e.end(since, isOver(e.group, since, noted))
	case e.group != nil:
		return e.leave("")
	case e.history != nil && e.history.Own:
		return provision.Decision{Desired: provision.LeaveAlone, Source: provision.FromMeeting, Reason: sessionsRoom(e.history.Meeting)}
	case e.request != nil && !e.requested() && !e.cancelled && !e.history.ofOthers():
		return provision.Decision{
			Desired: provision.Archived, Source: provision.FromRequest, Request: e.request.ID, Reason: e.request.isOver(e.now),
		}
	}
	return provision.Decision{}
}

// atWork reports whether the room's group is one whose room lives: it is active
// or proposed, or a BOF that meets, or one whose days of grace are not over and
// that the rules do not know under a new acronym.
func (e evidence) atWork() bool {
	switch {
	case e.group == nil || !e.group.State.Active():
		return false
	case e.group.State != agenda.StateBOF || !e.yearRound || e.standing || e.meets || e.onAgenda:
		return true
	case e.renamed.to != "" && e.renamed.source == provision.FromRenamed:
		return false
	}
	return e.last.end.IsZero() || !e.graceExpired(e.last.end)
}

// keeps reports whether the room's group has it all year.
func (e evidence) keeps() bool { return e.atWork() && e.yearRound }

// graceExpired reports whether the days of grace since a time are over.
func (e evidence) graceExpired(since time.Time) bool {
	return !e.now.Before(since.Add(e.grace))
}

// decideRenamed decides on the room of a group that has another acronym now.
func (e evidence) decideRenamed() provision.Decision {
	d := provision.Decision{Desired: provision.LeaveAlone, Source: e.renamed.source, Reason: isRenamed(e.renamed)}
	if e.renamed.ready {
		d.Desired, d.MovedTo = provision.Archived, e.renamed.to
	}
	return d
}

// end decides on the room of a group whose life ended at since, for a reason.
func (e evidence) end(since time.Time, reason string) provision.Decision {
	d := provision.Decision{Desired: provision.LeaveAlone, Source: provision.FromGroups, Reason: reason}
	if e.group.State == agenda.StateBOF {
		d.Source = provision.FromMeeting
	}
	if !e.authoritative {
		d.Reason = notAuthoritative(e.group, e.last)
		return d
	}
	d.Since, d.Until = since, since.Add(e.grace)
	if e.graceExpired(since) {
		d.Desired = provision.Archived
	}
	return d
}

// leave leaves the room of a group alone because of its state, to whose wording
// also is added.
func (e evidence) leave(also string) provision.Decision {
	return provision.Decision{Desired: provision.LeaveAlone, Source: provision.FromGroups, Reason: inState(e.group) + also}
}

// over returns since when a group's life is over, as far as is known and rather
// too late than too early, and whether the Datatracker has noted that. The list
// has the day of the last edit. It is too late where the group was edited again,
// so the time of the first run that saw the end counts then; and too early where
// the end was not noted, as is certain where a run saw the group at work after
// it. A BOF's life is over with its last meeting.
func (e evidence) over() (since time.Time, noted bool) {
	var h RoomHistory
	if e.history != nil {
		h = *e.history
	}
	since, noted = e.group.Changed, true
	if since.Before(h.Alive) {
		since = time.Time{}
	}
	if !h.Over.IsZero() && (since.IsZero() || h.Over.Before(since)) {
		since, noted = h.Over, false
	}
	if since.IsZero() {
		since, noted = e.now, false
	}
	if e.group.State == agenda.StateBOFOver && !h.End.IsZero() && !h.End.After(e.now) {
		since, noted = h.End, true
	}
	return since, noted
}
