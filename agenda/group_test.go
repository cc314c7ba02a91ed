package agenda

import "testing"

func TestGroupState(t *testing.T) {
	t.Parallel()
	type is struct{ active, over, dormant bool }
	tests := map[GroupState]struct {
		is    is
		words string
	}{
		"active":   {is{active: true}, "active"},
		"proposed": {is{active: true}, "proposed"},
		"bof":      {is{active: true}, "a BOF"},
		"conclude": {is{over: true}, "concluded"},
		"abandon":  {is{over: true}, "abandoned"},
		"replaced": {is{over: true}, "replaced by another group"},
		"bof-conc": {is{over: true}, "a concluded BOF"},
		"dormant":  {is{dormant: true}, "dormant"},
		"unknown":  {is{dormant: true}, "unknown"},
		"asleep":   {is{}, "asleep"},
		"":         {is{}, ""},
	}
	for s, tt := range tests {
		if got := (is{s.Active(), s.Over(), s.Dormant()}); got != tt.is || s.Words() != tt.words {
			t.Errorf("%q: got %+v, %q; want %+v, %q", s, got, s.Words(), tt.is, tt.words)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	tests := map[Status]struct{ canceled, known bool }{
		"sched": {false, true}, "": {false, true}, "appr": {false, true}, "apprw": {false, true},
		"scheda": {false, true}, "schedw": {false, true}, "resched": {false, true},
		"canceled": {true, true}, "canceledpa": {true, true}, "deleted": {true, true},
		"disappr": {true, true}, "notmeet": {true, true},
		"postponed": {false, false},
	}
	for s, tt := range tests {
		if s.Canceled() != tt.canceled || s.Known() != tt.known {
			t.Errorf("%q: canceled %t, known %t; want %+v", s, s.Canceled(), s.Known(), tt)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	tests := map[SessionType]bool{
		"break": true, "reg": true, "reserved": true, "unavail": true,
		"regular": false, "plenary": false, "other": false, "": false,
	}
	for s, want := range tests {
		if got := s.Placeholder(); got != want {
			t.Errorf("%q: got %t, want %t", s, got, want)
		}
	}
}
