package xep

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"mellium.im/xmlstream"
)

func decodeForm(text string) (Form, error) {
	var f Form
	err := xml.NewDecoder(strings.NewReader(text)).Decode(&f)
	return f, err
}

func encode(r xml.TokenReader) (string, error) {
	var b bytes.Buffer
	e := xml.NewEncoder(&b)
	if _, err := xmlstream.Copy(e, r); err != nil {
		return "", err
	}
	err := e.Flush()
	return b.String(), err
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       Form
	}{
		{"empty", `<x xmlns='jabber:x:data' type='form'/>`, Form{Type: "form"}},
		{"fields of several types", `<x xmlns='jabber:x:data' type='form'><title>T</title><instructions>I</instructions>
			<field type='hidden' var='FORM_TYPE'><value>urn:x</value></field>
			<field type='fixed'><value>a heading</value></field>
			<field type='boolean' var='b' label='B'><required/></field>
			<field type='text-multi' var='m'><value>one</value><value></value><value>three</value></field>
			<field type='list-single' var='l'><value>y</value><option label='X'><value>x</value></option><option><value>y</value></option></field>
			</x>`, Form{Type: "form", Title: "T", Instructions: "I", Fields: []Field{
			{Var: "FORM_TYPE", Type: "hidden", Values: []string{"urn:x"}},
			{Type: "fixed", Values: []string{"a heading"}},
			{Var: "b", Type: "boolean", Label: "B", Required: true},
			{Var: "m", Type: "text-multi", Values: []string{"one", "", "three"}},
			{Var: "l", Type: "list-single", Values: []string{"y"}, Options: []Option{{"X", "x"}, {"", "y"}}},
		}}},
		{"table", `<x xmlns='jabber:x:data' type='result'><field var='count'><value>2</value></field>
			<reported><field var='n' type='text-single'/></reported>
			<item><field var='n'><value>a</value></field></item><item><field var='n'><value>b</value></field></item></x>`,
			Form{Type: "result", Fields: []Field{{Var: "count", Values: []string{"2"}}}, Items: []Item{
				{Fields: []Field{{Var: "n", Values: []string{"a"}}}}, {Fields: []Field{{Var: "n", Values: []string{"b"}}}},
			}}},
		{"children from elsewhere", `<x xmlns='jabber:x:data' type='form'>
			<validate xmlns='urn:x'><field var='no'/></validate><field var='a'><media xmlns='urn:y'/></field></x>`,
			Form{Type: "form", Fields: []Field{{Var: "a"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeForm(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteForm(t *testing.T) {
	t.Parallel()
	form := NewSubmission("urn:x").With("title", `a <&> "b"`).With("none").With("lines", "one", "", "three")
	text, err := encode(form.TokenReader())
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeForm(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(form, got); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s\n%s", diff, text)
	}
}

func TestWithLeavesTheFormAlone(t *testing.T) {
	t.Parallel()
	base := NewSubmission("urn:x")
	a, b := base.With("a", "1"), base.With("b", "2")
	if len(base.Fields) != 1 || a.Fields[1].Var != "a" || b.Fields[1].Var != "b" {
		t.Errorf("base %v, a %v, b %v", base.Fields, a.Fields, b.Fields)
	}
}

func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		`<x xmlns='jabber:x:data' type='form'><field type='boolean' var='b'><value>1</value></field></x>`,
		`<x xmlns='jabber:x:data' type='result'><reported/><item><field var='n'><value>a&#10;b</value></field></item></x>`,
		`<x xmlns='jabber:x:data'><field><value/><option><value>x</value></option></field>`,
		`<x xmlns='jabber:x:data' type='form'><field var='muc#roomconfig_roomname'><value>é🦜</value></field></x>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, err := decodeForm(text)
		if err != nil {
			return
		}
		out := Form{Type: "submit"}
		for _, field := range form.Fields {
			out = out.With(field.Var, field.Values...)
		}
		written, err := encode(out.TokenReader())
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := decodeForm(written)
		if err != nil && err != io.EOF {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if diff := cmp.Diff(out, again); diff != "" {
			t.Fatalf("written and read again (-want +got):\n%s", diff)
		}
		shown := Form{Type: "form", Title: form.Title, Instructions: form.Instructions, Fields: form.Fields}
		if written, err = encode(shown.TokenReader()); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if again, err = decodeForm(written); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if diff := cmp.Diff(shown, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("shown and read again (-want +got):\n%s", diff)
		}
	})
}
