package config

import (
	"reflect"
	"strings"
)

// Keys returns every key that the file may have, such as xmpp.jid; those of a
// [[rooms.standing]] table are rooms.standing.name and so on. They are those of
// [Config]'s fields, in their order.
func Keys() []string {
	return keysOf(reflect.TypeFor[Config](), "")
}

func keysOf(t reflect.Type, prefix string) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	var keys []string
	for field := range t.Fields() {
		tag := field.Tag.Get("toml")
		if tag == "" || tag == "-" {
			continue
		}
		name := strings.TrimPrefix(prefix+"."+tag, ".")
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, keysOf(inner, name)...)
			continue
		}
		keys = append(keys, name)
	}
	return keys
}
