package want

import (
	"testing"

	"muster/agenda"
	"muster/provision/internal/sample"
)

// TestWhatAGroupIs goes through the wording of group types and states.
func TestWhatAGroupIs(t *testing.T) {
	t.Parallel()
	cases := map[string]agenda.Group{
		"IETF working group in the art area.":       {Type: "wg", Parent: "art"},
		"IETF working group.":                       {Type: "wg"},
		"BOF (birds of a feather) in the art area.": {Type: "wg", State: "bof", BOF: true, Parent: "art"},
		"Proposed IRTF research group.":             {Type: "rg", State: "proposed", Parent: "irtf"},
		"IETF area group in the art area.":          {Type: "ag", Parent: "art"},
		"IRTF research area group.":                 {Type: "rag", Parent: "irtf"},
		"IETF area.":                                {Type: "area", Parent: "iesg"},
		"IETF directorate.":                         {Type: "dir", Parent: "art"},
		"RFC Series editorial working group.":       {Type: "edwg"},
		"IETF team.":                                {Type: "team"},
		"Ad hoc group.":                             {Type: "adhoc"},
		"IAB program.":                              {Type: "program"},
		"Group.":                                    {},
		"Rfcedtyp group.":                           {Type: "rfced\x00typ"},
	}
	for what, g := range cases {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			g.Acronym = "x"
			rules := bare()
			rules.GroupTypes, rules.Title = []string{g.Type}, "{{.What}}"
			w := wantOf(t, rules, sample.Meeting([]agenda.Group{g}, sample.Session(1, "x", "sched")))
			if got := roomOf(t, w, "x").Title(); got != what {
				t.Errorf("got %q", got)
			}
		})
	}
}
