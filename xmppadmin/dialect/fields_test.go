package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/xep"
)

func field(name string, values ...string) xep.Field { return xep.Field{Var: name, Values: values} }

func TestSettingsOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields []xep.Field
		want   muc.Settings
	}{
		{"Prosody: archive of its own, false without a value",
			[]xep.Field{field("muc#roomconfig_enablearchiving", "1"), field("muc#roomconfig_publicroom")},
			muc.Settings{muc.MessageArchive: muc.True, muc.Public: muc.False}},
		{"Prosody with the old log module: both",
			[]xep.Field{field("muc#roomconfig_enablearchiving", "1"), field("muc#roomconfig_enablelogging", "0")},
			muc.Settings{muc.MessageArchive: muc.True, muc.PublicLog: muc.False}},
		{"ejabberd: mam and logging", []xep.Field{field("mam", "true"), field("muc#roomconfig_enablelogging", "true")},
			muc.Settings{muc.MessageArchive: muc.True, muc.PublicLog: muc.True}},
		{"Openfire: logging is the archive", []xep.Field{field("muc#roomconfig_enablelogging", "1")},
			muc.Settings{muc.MessageArchive: muc.True}},
		{"a password that is not in force",
			[]xep.Field{field("muc#roomconfig_roomsecret", "x"), field("muc#roomconfig_passwordprotectedroom", "0")},
			muc.Settings{muc.Password: ""}},
		{"a password that is", []xep.Field{field("muc#roomconfig_roomsecret", "x")}, muc.Settings{muc.Password: "(hidden)"}},
		{"a text of several lines", []xep.Field{field("muc#roomconfig_roomdesc", "a", "", "b")}, muc.Settings{muc.Description: "a\n\nb"}},
		{"a field given twice counts once", []xep.Field{field("muc#roomconfig_lang", "en"),
			field("muc#roomconfig_lang", "de")}, muc.Settings{muc.Language: "en"}},
		{"unknown fields", []xep.Field{field("x"), field("")}, muc.Settings{}},
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
	got := withSettings(xep.Form{}, muc.Settings{muc.Title: "T", muc.MessageArchive: muc.True, muc.Password: "", muc.Language: "en"}, has)
	want := []xep.Field{field("mam", "1"), field("muc#roomconfig_roomsecret", ""), field(passwordSwitch, "0"), field("muc#roomconfig_roomname", "T")}
	if diff := cmp.Diff(want, got.Fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
