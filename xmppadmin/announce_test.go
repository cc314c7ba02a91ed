package xmppadmin

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFillAnnouncement(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		form *Form
		want []Field
		bad  bool
	}{
		{"XEP-0133", &Form{Fields: []Field{field("FORM_TYPE", formAdmin), {Var: "announcement", Type: "text-multi", Required: true}}},
			[]Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{formAdmin}}, field("announcement", "one", "two")}, false},
		{"Prosody", &Form{Fields: []Field{{Var: "subject", Required: true}, {Var: "announcement", Type: "text-single", Required: true}}},
			[]Field{field("subject", "S"), field("announcement", "one\ntwo")}, false},
		{"ejabberd", &Form{Fields: []Field{{Var: "subject", Type: "text-single"}, {Var: "body", Type: "text-multi"}}},
			[]Field{field("subject", "S"), field("body", "one", "two")}, false},
		{"an unknown field that is not required", &Form{Fields: []Field{field("motd"), field("colour", "red")}},
			[]Field{field("motd", "one\ntwo")}, false},
		{"an unknown field that is", &Form{Fields: []Field{field("motd"), {Var: "colour", Required: true}}}, nil, true},
		{"no field for the text", &Form{Fields: []Field{field("subject")}}, nil, true},
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
