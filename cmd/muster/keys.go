package main

import (
	"reflect"
	"strings"
)

// configKeys lists every key that the configuration file may have, as in
// xmpp.jid; those of a [[rooms.standing]] table are rooms.standing.name and so
// on. It is read off the type, so it cannot be behind.
func configKeys() []string {
	return keysOf(reflect.TypeFor[config](), "")
}

func keysOf(t reflect.Type, prefix string) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	var keys []string
	for field := range t.Fields() {
		tag := field.Tag.Get("toml")
		if tag == "" {
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
