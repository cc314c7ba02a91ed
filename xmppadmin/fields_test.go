package xmppadmin

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func field(name string, values ...string) Field { return Field{Var: name, Values: values} }

func TestSettingsOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields []Field
		want   Settings
	}{
		{"Prosody: archive of its own, false without a value",
			[]Field{field("muc#roomconfig_enablearchiving", "1"), field("muc#roomconfig_publicroom")},
			Settings{MessageArchive: True, Public: False}},
		{"Prosody with the old log module: both",
			[]Field{field("muc#roomconfig_enablearchiving", "1"), field("muc#roomconfig_enablelogging", "0")},
			Settings{MessageArchive: True, PublicLog: False}},
		{"ejabberd: mam and logging", []Field{field("mam", "true"), field("muc#roomconfig_enablelogging", "true")},
			Settings{MessageArchive: True, PublicLog: True}},
		{"Openfire: logging is the archive", []Field{field("muc#roomconfig_enablelogging", "1")},
			Settings{MessageArchive: True}},
		{"a password that is not in force",
			[]Field{field("muc#roomconfig_roomsecret", "x"), field("muc#roomconfig_passwordprotectedroom", "0")},
			Settings{Password: ""}},
		{"a password that is", []Field{field("muc#roomconfig_roomsecret", "x")}, Settings{Password: "x"}},
		{"a text of several lines", []Field{field("muc#roomconfig_roomdesc", "a", "", "b")}, Settings{Description: "a\n\nb"}},
		{"a field given twice counts once", []Field{field("muc#roomconfig_lang", "en"), field("muc#roomconfig_lang", "de")}, Settings{Language: "en"}},
		{"unknown fields", []Field{field("x"), field("")}, Settings{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, settingsOf(test.fields)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithSettings(t *testing.T) {
	t.Parallel()
	has := func(name string) bool {
		return name == "mam" || name == "muc#roomconfig_roomname" || name == "muc#roomconfig_roomsecret" || name == passwordSwitch
	}
	got := withSettings(Form{}, Settings{Title: "T", MessageArchive: True, Password: "", Language: "en"}, has)
	want := []Field{field("mam", "1"), field("muc#roomconfig_roomsecret", ""), field(passwordSwitch, "0"), field("muc#roomconfig_roomname", "T")}
	if diff := cmp.Diff(want, got.Fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
