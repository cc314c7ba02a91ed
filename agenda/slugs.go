package agenda

// PlenaryRoom is the chat room of every plenary session, whichever group owns
// the session.
const PlenaryRoom = "plenary"

// SessionType is the slug of a session's type.
type SessionType string

// The session types that make a difference. The Datatracker has more.
const (
	Regular      SessionType = "regular"
	Plenary      SessionType = "plenary"
	Break        SessionType = "break"
	Registration SessionType = "reg"
	Reserved     SessionType = "reserved"
	Unavailable  SessionType = "unavail"
)

// Placeholder reports whether rows of this type only block a time or a place:
// breaks, registration, and rooms that are reserved or unavailable.
func (t SessionType) Placeholder() bool {
	switch t {
	case Break, Registration, Reserved, Unavailable:
		return true
	}
	return false
}

// Status is the slug of a session's status.
type Status string

// The statuses with names of their own here. The Datatracker has more, and
// often sends none at all.
const (
	Scheduled   Status = "sched"
	Canceled    Status = "canceled"
	CanceledPA  Status = "canceledpa" // before it was announced
	Rescheduled Status = "resched"    // the old placement of a session that moved
)

// Canceled reports whether a session of this status does not take place. An
// unknown status is no cancellation.
func (s Status) Canceled() bool {
	switch s {
	case Canceled, CanceledPA, "deleted", "disappr", "notmeet":
		return true
	}
	return false
}

// Known reports whether the status is one that the Datatracker is known to
// have, or empty.
func (s Status) Known() bool {
	switch s {
	case Scheduled, Rescheduled, "", "appr", "apprw", "scheda", "schedw":
		return true
	}
	return s.Canceled()
}

// GroupState is the slug of a group's state.
type GroupState string

// The group states that are known. Dormant and Unknown are used by groups of
// no year-round kind.
const (
	StateActive    GroupState = "active"
	StateProposed  GroupState = "proposed"
	StateBOF       GroupState = "bof"
	StateConcluded GroupState = "conclude"
	StateAbandoned GroupState = "abandon"
	StateReplaced  GroupState = "replaced"
	StateBOFOver   GroupState = "bof-conc"
	StateDormant   GroupState = "dormant"
	StateUnknown   GroupState = "unknown"
)

// Active reports whether a group in this state is at work, or about to be.
func (s GroupState) Active() bool {
	return s == StateActive || s == StateProposed || s == StateBOF
}

// Over reports whether a group in this state has ended.
func (s GroupState) Over() bool {
	switch s {
	case StateConcluded, StateAbandoned, StateReplaced, StateBOFOver:
		return true
	}
	return false
}

// Dormant reports whether a group in this state is neither active nor over. A
// state that is not known here is none of the three.
func (s GroupState) Dormant() bool {
	return s == StateDormant || s == StateUnknown
}

// Words returns the state as it reads after "the group is" or "the group has
// been": "concluded", "a BOF"; the slug of a state that is not known here.
func (s GroupState) Words() string {
	switch s {
	case StateBOF:
		return "a BOF"
	case StateConcluded:
		return "concluded"
	case StateAbandoned:
		return "abandoned"
	case StateReplaced:
		return "replaced by another group"
	case StateBOFOver:
		return "a concluded BOF"
	}
	return string(s)
}
