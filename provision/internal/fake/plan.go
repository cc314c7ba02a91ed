package fake

import (
	"testing"

	"muster/provision/plan"
	"muster/provision/want"
)

// PlanFor surveys f and returns the plan for w.
func PlanFor(t *testing.T, f *Service, w want.Wanted, o plan.Options) plan.Plan {
	t.Helper()
	found, err := f.Survey(t.Context(), w.Names())
	if err != nil {
		t.Fatal(err)
	}
	f.Reads = nil
	p, err := plan.New(plan.Input{Wanted: w, Found: found, Rules: want.DefaultRules(w.Service)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
