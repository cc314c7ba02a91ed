package want

import (
	"testing"

	"muster/agenda"
)

func TestPhrases(t *testing.T) {
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
		"IETF review team.":                         {Type: "review"},
		"IETF team.":                                {Type: "team"},
		"Ad hoc group.":                             {Type: "adhoc"},
		"IAB program.":                              {Type: "program"},
		"Group.":                                    {},
		"Rfcedtyp group.":                           {Type: "rfced\x00typ"},
	}
	words := make(phrases)
	for range 2 { // made, then remembered
		for want, g := range cases {
			if got := words.of(&g).what; got != want {
				t.Errorf("%+v: %q, want %q", g, got, want)
			}
		}
	}
}
