package want

import (
	"testing"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
)

// TestDecide goes through the table at decide, row by row, and through what
// stands below it.
func TestDecide(t *testing.T) {
	t.Parallel()
	const grace = 30 * 24 * time.Hour
	just, still := sample.Day.Add(-grace), sample.Day.Add(-grace+1) // grace over, grace not over
	group := func(state agenda.GroupState, changed time.Time) *agenda.GroupRecord {
		g := sample.Edited(sample.Record("moq", "wg", state), changed)
		return &g
	}
	ivy := func(source provision.Source, ready bool) renaming {
		return renaming{to: "ivy", source: source, ready: ready}
	}
	known, seen := &RoomHistory{Group: 7}, &RoomHistory{Last: just}
	asked := &Request{ID: 12, Room: "moq", Until: sample.Day.Add(1)}
	past := &Request{ID: 12, Room: "moq", Until: sample.Day}
	withdrawn := &Request{ID: 12, Room: "moq", Until: sample.Day.Add(1), Ended: true}
	active, bof, dormant := group("active", just), group("bof", just), group("dormant", just)
	cases := map[string]struct {
		e       evidence
		desired provision.Desired
		movedTo string
	}{
		"nothing":                   {evidence{}, "", ""},
		"contested":                 {evidence{claimants: []string{"group \"a\"", "the plenary"}, meets: true}, provision.Contested, ""},
		"contested, unwanted":       {evidence{claimants: []string{"group \"a\"", "the plenary"}, unwanted: true}, provision.LeaveAlone, ""},
		"unwanted, meets":           {evidence{meets: true, unwanted: true}, provision.LeaveAlone, ""},
		"unwanted, only cancelled":  {evidence{cancelled: true, unwanted: true}, provision.LeaveAlone, ""},
		"unwanted, over":            {evidence{group: group("conclude", just), authoritative: true, history: known, unwanted: true}, provision.Archived, ""},
		"unwanted, nothing":         {evidence{unwanted: true}, "", ""},
		"standing":                  {evidence{standing: true}, provision.Live, ""},
		"standing, only cancelled":  {evidence{standing: true, cancelled: true}, provision.Live, ""},
		"standing, renamed":         {evidence{standing: true, renamed: ivy(provision.FromRenamed, true)}, provision.Live, ""},
		"meets":                     {evidence{meets: true}, provision.Live, ""},
		"meets, group concluded":    {evidence{meets: true, group: group("conclude", just), authoritative: true}, provision.Live, ""},
		"meets, renamed":            {evidence{meets: true, renamed: ivy(provision.FromGroups, true)}, provision.Live, ""},
		"only cancelled":            {evidence{cancelled: true}, provision.LiveIfExists, ""},
		"only cancelled, dormant":   {evidence{cancelled: true, group: dormant, authoritative: true}, provision.LiveIfExists, ""},
		"only cancelled, own room":  {evidence{cancelled: true, history: &RoomHistory{Own: true}}, provision.LiveIfExists, ""},
		"only cancelled, over":      {evidence{cancelled: true, group: group("conclude", just), authoritative: true, history: known}, provision.Archived, ""},
		"only cancelled, days left": {evidence{cancelled: true, group: group("conclude", still), authoritative: true}, provision.LiveIfExists, ""},
		"only cancelled, at work":   {evidence{cancelled: true, group: active, yearRound: true}, provision.Live, ""},
		"only cancelled, renamed":   {evidence{cancelled: true, renamed: ivy(provision.FromRenamed, true)}, provision.Archived, "ivy"},

		"active":               {evidence{group: active, yearRound: true}, provision.Live, ""},
		"proposed":             {evidence{group: group("proposed", just), yearRound: true}, provision.Live, ""},
		"active, renamed":      {evidence{group: active, yearRound: true, renamed: ivy(provision.FromRenamed, true)}, provision.Live, ""},
		"active, for meetings": {evidence{group: active}, provision.LeaveAlone, ""},
		"BOF, for meetings":    {evidence{group: bof, last: lastMeeting{"125", just}, authoritative: true}, provision.LeaveAlone, ""},
		"BOF, never met":       {evidence{group: bof, yearRound: true}, provision.LiveUnlessArchived, ""},
		"BOF, days left":       {evidence{group: bof, yearRound: true, last: lastMeeting{"125", still}}, provision.LiveUnlessArchived, ""},
		"BOF, days over": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, authoritative: true, history: known}, provision.Archived, "",
		},
		"BOF, days over, meets": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, authoritative: true, meets: true}, provision.Live, "",
		},
		"BOF, days over, stale list": {evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, history: known}, provision.LeaveAlone, ""},
		"BOF, days over, not seen": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, authoritative: true}, provision.ArchivedIfFound, "",
		},
		"BOF, days over, on agenda": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, authoritative: true, onAgenda: true}, provision.Live, "",
		},
		"BOF, days over, on agenda, renamed": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, onAgenda: true, renamed: ivy(provision.FromRenamed, true)},
			provision.Live, "",
		},
		"BOF, on agenda, for meetings": {evidence{group: bof, onAgenda: true}, provision.LeaveAlone, ""},
		"BOF, renamed by rules":        {evidence{group: bof, yearRound: true, renamed: ivy(provision.FromRenamed, true)}, provision.Archived, "ivy"},
		"BOF, renamed by list":         {evidence{group: bof, yearRound: true, renamed: ivy(provision.FromGroups, true)}, provision.LiveUnlessArchived, ""},
		"BOF, days over, renamed": {
			evidence{group: bof, yearRound: true, last: lastMeeting{"125", just}, renamed: ivy(provision.FromGroups, true)}, provision.Archived,
			"ivy",
		},
		"renamed, not ready": {evidence{renamed: ivy(provision.FromRenamed, false), history: known}, provision.LeaveAlone, ""},
		"renamed":            {evidence{renamed: ivy(provision.FromGroups, true)}, provision.Archived, "ivy"},
		"renamed, dormant":   {evidence{group: dormant, renamed: ivy(provision.FromRenamed, true)}, provision.Archived, "ivy"},
		"renamed, over, not ready": {
			evidence{group: group("conclude", just), authoritative: true, renamed: ivy(provision.FromRenamed, false), history: known},
			provision.LeaveAlone, "",
		},
		"over, days left":          {evidence{group: group("conclude", still), authoritative: true, history: known}, provision.LeaveAlone, ""},
		"over, days over":          {evidence{group: group("conclude", just), authoritative: true, history: known}, provision.Archived, ""},
		"over, not seen":           {evidence{group: group("abandon", just), authoritative: true}, provision.ArchivedIfFound, ""},
		"over, for meetings, over": {evidence{group: group("replaced", just), authoritative: true, history: known}, provision.Archived, ""},
		"over, list stale":         {evidence{group: group("conclude", just), history: known}, provision.LeaveAlone, ""},
		"over, end not known":      {evidence{group: group("conclude", time.Time{}), authoritative: true, history: known}, provision.LeaveAlone, ""},
		"over, seen at work since": {
			evidence{group: group("conclude", just), authoritative: true, history: &RoomHistory{Alive: just.Add(1)}}, provision.LeaveAlone, "",
		},
		"over, seen over before": {
			evidence{group: group("conclude", still), authoritative: true, history: &RoomHistory{Over: just}}, provision.Archived, "",
		},
		"BOF over, by its meeting": {
			evidence{group: group("bof-conc", still), authoritative: true, history: &RoomHistory{End: just}}, provision.Archived, "",
		},
		"BOF over, meeting not over": {
			evidence{group: group("bof-conc", still), authoritative: true, history: &RoomHistory{End: sample.Day.Add(1)}}, provision.LeaveAlone, "",
		},
		"over, row unread": {
			evidence{group: group("conclude", just), authoritative: true, history: known, unread: true}, provision.LeaveAlone, "",
		},
		"over, not seen, row unread": {
			evidence{group: group("conclude", just), authoritative: true, unread: true}, provision.LeaveAlone, "",
		},
		"renamed, row unread": {evidence{renamed: ivy(provision.FromRenamed, true), unread: true}, provision.LeaveAlone, ""},
		"cancelled, over, row unread": {
			evidence{cancelled: true, group: group("conclude", just), authoritative: true, unread: true}, provision.LiveIfExists, "",
		},
		"active, row unread":              {evidence{group: active, yearRound: true, unread: true}, provision.Live, ""},
		"dormant":                         {evidence{group: dormant, yearRound: true, authoritative: true, history: known}, provision.LeaveAlone, ""},
		"a state that is not known":       {evidence{group: group("asleep", just), yearRound: true, authoritative: true}, provision.LeaveAlone, ""},
		"room of sessions":                {evidence{history: &RoomHistory{Own: true, Meeting: "125"}}, provision.LeaveAlone, ""},
		"room seen, nothing else":         {evidence{history: known}, "", ""},
		"requested":                       {evidence{request: asked}, provision.Live, ""},
		"requested, seen":                 {evidence{request: asked, history: known}, provision.Live, ""},
		"requested, row unread":           {evidence{request: asked, unread: true}, provision.Live, ""},
		"requested, contested":            {evidence{request: asked, claimants: []string{"group \"a\"", "the plenary"}}, provision.Contested, ""},
		"requested, unwanted":             {evidence{request: asked, unwanted: true}, provision.LeaveAlone, ""},
		"requested, only cancelled":       {evidence{request: asked, cancelled: true}, provision.LiveIfExists, ""},
		"requested, renamed":              {evidence{request: asked, renamed: ivy(provision.FromRenamed, true)}, provision.Archived, "ivy"},
		"requested, renamed, not ready":   {evidence{request: asked, renamed: ivy(provision.FromGroups, false)}, provision.LeaveAlone, ""},
		"requested, BOF, days left":       {evidence{request: asked, group: bof, yearRound: true}, provision.LiveUnlessArchived, ""},
		"requested, active, for meetings": {evidence{request: asked, group: active}, provision.Live, ""},
		"requested, dormant":              {evidence{request: asked, group: dormant, yearRound: true}, provision.Live, ""},
		"requested, room of sessions":     {evidence{request: asked, history: &RoomHistory{Own: true}}, provision.Live, ""},
		"requested, over": {
			evidence{request: asked, group: group("conclude", just), authoritative: true, history: known}, provision.Live, "",
		},
		"request over":                   {evidence{request: past, history: seen}, provision.Archived, ""},
		"request over, not seen":         {evidence{request: past}, provision.ArchivedIfFound, ""},
		"request over, row unread":       {evidence{request: past, history: seen, unread: true}, provision.LeaveAlone, ""},
		"request over, only cancelled":   {evidence{request: past, history: seen, cancelled: true}, provision.LiveIfExists, ""},
		"request over, standing":         {evidence{request: past, standing: true}, provision.Live, ""},
		"request over, meets":            {evidence{request: past, meets: true}, provision.Live, ""},
		"request over, active":           {evidence{request: past, group: active, yearRound: true}, provision.Live, ""},
		"request over, for meetings":     {evidence{request: past, group: active}, provision.LeaveAlone, ""},
		"request over, dormant":          {evidence{request: past, group: dormant, yearRound: true}, provision.LeaveAlone, ""},
		"request over, room of sessions": {evidence{request: past, history: &RoomHistory{Own: true}}, provision.LeaveAlone, ""},
		"request over, a group's since":  {evidence{request: past, history: known}, "", ""},
		"request over, sessions since":   {evidence{request: past, history: &RoomHistory{Meeting: "125"}}, "", ""},
		"request over, a group's, over": {
			evidence{request: past, history: known, group: group("conclude", just), authoritative: true}, provision.Archived, "",
		},
		"request withdrawn": {evidence{request: withdrawn, history: seen}, provision.Archived, ""},
		"room of sessions, concluded": {
			evidence{history: &RoomHistory{Own: true}, group: group("conclude", just), authoritative: true}, provision.Archived, "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.e.grace, c.e.now = grace, sample.Day
			d := decide(c.e)
			if d.Desired != c.desired || d.MovedTo != c.movedTo {
				t.Errorf("%q, moved to %q, want %q and %q", d.Desired, d.MovedTo, c.desired, c.movedTo)
			}
			if explains := d.Reason != ""; explains != (d.Desired == provision.Contested || d.Desired != "" && !d.Desired.Wanted()) {
				t.Errorf("%q for the reason %q", d.Desired, d.Reason)
			}
		})
	}
}
