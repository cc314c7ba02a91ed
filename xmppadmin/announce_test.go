package xmppadmin

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/xmppadmin/xep"
)

// field is a field as it is submitted.
func field(name string, values ...string) xep.Field { return xep.Field{Var: name, Values: values} }

// formAdmin is the FORM_TYPE of XEP-0133.
const formAdmin = "http://jabber.org/protocol/admin"

func TestFillAnnouncement(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		form *xep.Form
		want []xep.Field
		bad  bool
	}{
		{"XEP-0133", &xep.Form{Fields: []xep.Field{field("FORM_TYPE", formAdmin), {Var: "announcement", Type: "text-multi", Required: true}}},
			[]xep.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{formAdmin}}, field("announcement", "one", "two")}, false},
		{"Prosody", &xep.Form{Fields: []xep.Field{{Var: "subject", Required: true}, {Var: "announcement", Type: "text-single", Required: true}}},
			[]xep.Field{field("subject", "S"), field("announcement", "one\ntwo")}, false},
		{"ejabberd", &xep.Form{Fields: []xep.Field{{Var: "subject", Type: "text-single"}, {Var: "body", Type: "text-multi"}}},
			[]xep.Field{field("subject", "S"), field("body", "one", "two")}, false},
		{"an unknown field that is not required", &xep.Form{Fields: []xep.Field{field("motd"), field("colour", "red")}},
			[]xep.Field{field("motd", "one\ntwo")}, false},
		{"an unknown field that is", &xep.Form{Fields: []xep.Field{field("motd"), {Var: "colour", Required: true}}}, nil, true},
		{"no field for the text", &xep.Form{Fields: []xep.Field{field("subject")}}, nil, true},
		{"no form", nil, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := fillAnnouncement(test.form, "S", "one\ntwo")
			if (err != nil) != test.bad {
				t.Fatalf("the error is %v", err)
			}
			if diff := cmp.Diff(test.want, got.Fields); err == nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
