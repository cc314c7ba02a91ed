package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"

	"muster/provision"
	"muster/provision/want"
)

// checkTemplates finds templates that do not parse and fields that they name
// and that do not exist.
func (c Config) checkTemplates() error {
	for _, t := range []struct{ key, source string }{
		{"rooms.title", c.Rooms.Title}, {"rooms.description", c.Rooms.Description},
		{"rooms.subject", c.Rooms.Subject}, {"rooms.log_url", c.Rooms.LogURL},
	} {
		parsed, err := template.New("").Parse(t.source)
		if err != nil {
			return c.invalid(t.key, "%w", templateError(err))
		}
		if parsed.Tree == nil {
			continue
		}
		for _, field := range fieldsIn(parsed.Root) {
			if !known(field) {
				return c.unknownField(t.key, field)
			}
		}
	}
	return nil
}

// templateError returns a parser's error without the name and the position
// that it puts in front.
func templateError(err error) error {
	text := strings.TrimPrefix(err.Error(), "template: ")
	if _, rest, ok := strings.Cut(text, ": "); ok {
		text = rest
	}
	return errors.New(text)
}

func (c Config) unknownField(key, field string) error {
	e := &Error{Path: c.Path, Key: key, Err: fmt.Errorf("no field .%s", field)}
	e.Advice = "the fields are ." + strings.Join(fieldNames(), ", .")
	if near := provision.Nearest(field, fieldNames()); near != "" {
		e.Advice = fmt.Sprintf("did you mean .%s? %s", near, e.Advice)
	}
	return e
}

// fieldNames returns the fields of templates.
func fieldNames() []string {
	var names []string
	for f := range reflect.TypeFor[want.Facts]().Fields() {
		names = append(names, f.Name)
	}
	return names
}

func known(field string) bool {
	_, ok := reflect.TypeFor[want.Facts]().FieldByName(field)
	return ok
}

// fieldsIn returns the fields of the dot that a node names. Within range and
// with the dot is another; those are left to the template's execution.
func fieldsIn(node parse.Node) []string {
	var fields []string
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, each := range n.Nodes {
			fields = append(fields, fieldsIn(each)...)
		}
	case *parse.ActionNode:
		fields = fieldsIn(n.Pipe)
	case *parse.IfNode:
		fields = append(fieldsIn(n.Pipe), fieldsIn(n.List)...)
		fields = append(fields, fieldsIn(n.ElseList)...)
	case *parse.WithNode:
		fields = append(fieldsIn(n.Pipe), fieldsIn(n.ElseList)...)
	case *parse.RangeNode:
		fields = append(fieldsIn(n.Pipe), fieldsIn(n.ElseList)...)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			for _, arg := range command.Args {
				fields = append(fields, fieldsIn(arg)...)
			}
		}
	case *parse.FieldNode:
		fields = append(fields, n.Ident[0])
	case *parse.ChainNode:
		fields = fieldsIn(n.Node)
	}
	return fields
}
