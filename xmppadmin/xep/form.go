package xep

import (
	"encoding/xml"
	"slices"

	"mellium.im/xmlstream"
)

// nsForm is the namespace of data forms (XEP-0004).
const nsForm = "jabber:x:data"

// Form is a data form (XEP-0004): one to be filled in, one filled in, or a
// result. The library's reader refuses tables (reported and item,
// https://github.com/mellium/xmpp/issues/88), and its writer panics on some
// multi-line fields.
type Form struct {
	// Type is "form", "submit", "cancel" or "result".
	Type         string
	Title        string
	Instructions string
	Fields       []Field
	// Items are the rows of a table of results (XEP-0004 §3.4).
	Items []Item
}

// Item is one row of a table of results.
type Item struct {
	Fields []Field `xml:"field"`
}

// Field is one field of a [Form].
type Field struct {
	Var      string
	Type     string // text-single, boolean, list-single, …; empty where the server gave none
	Label    string
	Required bool
	// Values are as on the wire: none, one, or one for each line or choice.
	Values  []string
	Options []Option // what may be chosen
}

// Option is one choice of a list, with what clients show of it.
type Option struct{ Label, Value string }

// NewSubmission returns a form of type submit with a FORM_TYPE (XEP-0068), or
// without one where formType is empty.
func NewSubmission(formType string) Form {
	f := Form{Type: "submit"}
	if formType != "" {
		f.Fields = append(f.Fields, Field{Var: "FORM_TYPE", Type: "hidden", Values: []string{formType}})
	}
	return f
}

// With returns the form with one more field.
func (f Form) With(name string, values ...string) Form {
	f.Fields = append(slices.Clip(f.Fields), Field{Var: name, Values: values})
	return f
}

// Has reports whether the form has a field called name.
func (f Form) Has(name string) bool {
	_, ok := f.Field(name)
	return ok
}

// Field returns the field called name. It reports false where there is none.
func (f Form) Field(name string) (Field, bool) {
	return fieldNamed(f.Fields, name)
}

// Field returns the field of the row called name. It reports false where
// there is none.
func (i Item) Field(name string) (Field, bool) {
	return fieldNamed(i.Fields, name)
}

func fieldNamed(fields []Field, name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Var == name })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// Value returns the first value of the field, or the empty string.
func (f Field) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Bool returns the field as a boolean (XEP-0004 §3.3: 1 or true). A field
// without a value is false: Prosody sends false booleans so.
func (f Field) Bool() bool {
	return f.Value() == "1" || f.Value() == "true"
}

// TokenReader returns the form as XML. Title, instructions, labels, options and
// what is required are written in a form that others are to fill in or to read,
// of type form or result, and not in one that was filled in: no server needs
// them back. Tables are not written, since most clients cannot show them.
func (f Form) TokenReader() xml.TokenReader {
	shown := f.Type == "form" || f.Type == "result"
	var content []xml.TokenReader
	if shown && f.Title != "" {
		content = append(content, textElement("title", f.Title))
	}
	if shown && f.Instructions != "" {
		content = append(content, textElement("instructions", f.Instructions))
	}
	for _, field := range f.Fields {
		content = append(content, field.tokenReader(shown))
	}
	return xmlstream.Wrap(
		xmlstream.MultiReader(content...),
		xml.StartElement{
			Name: xml.Name{Space: nsForm, Local: "x"},
			Attr: []xml.Attr{{Name: xml.Name{Local: "type"}, Value: f.Type}},
		},
	)
}

func (f Field) tokenReader(shown bool) xml.TokenReader {
	content := make([]xml.TokenReader, 0, len(f.Values)+len(f.Options)+1)
	if shown && f.Required {
		content = append(content, element("", "required", nil))
	}
	for _, v := range f.Values {
		content = append(content, textElement("value", v))
	}
	attrs := []xml.Attr{{Name: xml.Name{Local: "var"}, Value: f.Var}}
	if f.Type != "" {
		attrs = append(attrs, xml.Attr{Name: xml.Name{Local: "type"}, Value: f.Type})
	}
	if shown && f.Label != "" {
		attrs = append(attrs, xml.Attr{Name: xml.Name{Local: "label"}, Value: f.Label})
	}
	if shown {
		for _, o := range f.Options {
			content = append(content, element("", "option", textElement("value", o.Value), "label", o.Label))
		}
	}
	return xmlstream.Wrap(
		xmlstream.MultiReader(content...),
		xml.StartElement{Name: xml.Name{Local: "field"}, Attr: attrs},
	)
}

// UnmarshalXML reads a form of any type. Children that XEP-0004 does not know
// are ignored.
func (f *Form) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var wire struct {
		Type         string   `xml:"type,attr"`
		Title        string   `xml:"jabber:x:data title"`
		Instructions []string `xml:"jabber:x:data instructions"`
		Fields       []Field  `xml:"jabber:x:data field"`
		Items        []Item   `xml:"jabber:x:data item"`
	}
	if err := d.DecodeElement(&wire, &start); err != nil {
		return err
	}
	*f = Form{Type: wire.Type, Title: wire.Title, Fields: wire.Fields, Items: wire.Items}
	if len(wire.Instructions) > 0 {
		f.Instructions = wire.Instructions[0]
	}
	return nil
}

// UnmarshalXML reads one field.
func (f *Field) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var wire struct {
		Var      string    `xml:"var,attr"`
		Type     string    `xml:"type,attr"`
		Label    string    `xml:"label,attr"`
		Required *struct{} `xml:"jabber:x:data required"`
		Values   []string  `xml:"jabber:x:data value"`
		Options  []struct {
			Label  string   `xml:"label,attr"`
			Values []string `xml:"jabber:x:data value"`
		} `xml:"jabber:x:data option"`
	}
	if err := d.DecodeElement(&wire, &start); err != nil {
		return err
	}
	*f = Field{
		Var: wire.Var, Type: wire.Type, Label: wire.Label, Required: wire.Required != nil,
		Values: wire.Values,
	}
	for _, o := range wire.Options {
		for _, v := range o.Values {
			f.Options = append(f.Options, Option{Label: o.Label, Value: v})
		}
	}
	return nil
}
