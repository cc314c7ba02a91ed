package agenda

import (
	"slices"
	"testing"
	"time"
)

func TestDigestIsOfWhatMatters(t *testing.T) {
	t.Parallel()
	base := func() Meeting {
		return joined(t, listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", nil)),
			dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", nil)))
	}
	want := base().Digest()
	if len(want) != 64 {
		t.Fatalf("digest %q", want)
	}
	tests := map[string]struct {
		change func(*Meeting)
		same   bool
	}{
		"nothing":          {func(*Meeting) {}, true},
		"stale":            {func(m *Meeting) { m.Stale = true }, true},
		"warnings":         {func(m *Meeting) { m.Warnings = []string{"x"} }, true},
		"order":            {func(m *Meeting) { slices.Reverse(m.Sessions); slices.Reverse(m.Groups) }, true},
		"zone of a time":   {func(m *Meeting) { m.Sessions[0].Start = m.Sessions[0].Start.UTC() }, true},
		"address":          {func(m *Meeting) { m.AgendaURL = "https://example.org/" }, true},
		"number":           {func(m *Meeting) { m.Number = "127" }, false},
		"id":               {func(m *Meeting) { m.Sessions[0].ID = 9 }, false},
		"owner":            {func(m *Meeting) { m.Sessions[0].Group = "x" }, false},
		"session name":     {func(m *Meeting) { m.Sessions[0].Name = "x" }, false},
		"type":             {func(m *Meeting) { m.Sessions[0].Type = "x" }, false},
		"status":           {func(m *Meeting) { m.Sessions[0].Status = "x" }, false},
		"start":            {func(m *Meeting) { m.Sessions[0].Start = m.Sessions[0].Start.Add(time.Second) }, false},
		"duration":         {func(m *Meeting) { m.Sessions[0].Duration++ }, false},
		"location":         {func(m *Meeting) { m.Sessions[0].Location = "x" }, false},
		"chat room":        {func(m *Meeting) { m.Sessions[0].Room, m.Sessions[0].OwnRoom = "x", true }, false},
		"acronym":          {func(m *Meeting) { m.Groups[0].Acronym = "x" }, false},
		"group name":       {func(m *Meeting) { m.Groups[0].Name = "x" }, false},
		"group type":       {func(m *Meeting) { m.Groups[0].Type = "x" }, false},
		"group state":      {func(m *Meeting) { m.Groups[0].State = "x" }, false},
		"group parent":     {func(m *Meeting) { m.Groups[0].Parent = "x" }, false},
		"bof":              {func(m *Meeting) { m.Groups[0].BOF = true }, false},
		"session missing":  {func(m *Meeting) { m.Sessions = m.Sessions[1:] }, false},
		"group missing":    {func(m *Meeting) { m.Groups = m.Groups[1:] }, false},
		"text moves over":  {func(m *Meeting) { m.Sessions[0].Group, m.Sessions[0].Name = `quic" "`, "" }, false},
		"line in a string": {func(m *Meeting) { m.Sessions[0].Name = "\n" + lineOf(m.Sessions[1]) }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := base()
			tt.change(&m)
			if got := m.Digest(); (got == want) != tt.same {
				t.Errorf("same digest: %t, want %t", got == want, tt.same)
			}
		})
	}
}

func TestDigestOfReorderedDocument(t *testing.T) {
	t.Parallel()
	one := fromList(t, `{"126":[{"objtype":"session","session_id":1,"group":{"acronym":"a","type":"wg"},"status":"sched"},`+
		`{"objtype":"session","session_id":2,"group":{"acronym":"b"},"status":""}]}`)
	two := fromList(t, `{"126":[{"status":"","group":{"acronym":"b"},"session_id":2,"objtype":"session","modified":"x"},`+
		`{"group":{"type":"wg","acronym":"a"},"status":"sched","session_id":1,"objtype":"session"}]}`)
	if one.Digest() != two.Digest() {
		t.Error("the digest depends on the order of rows or keys")
	}
}

func TestGroupListDigestIsOfWhatMatters(t *testing.T) {
	t.Parallel()
	base := func() GroupList {
		return GroupList{Groups: []GroupRecord{
			{Group{"quic", "QUIC", "wg", "active", "wit", false, false}, 7, july()},
			{Group{"tls", "TLS", "wg", "conclude", "sec", false, false}, 8, time.Time{}},
		}}
	}
	want := base().Digest()
	// What it is made of must not change from one version to the next.
	if want != "63168d696fc300cf6889410e420fd8a35d7f988cdf09ae8c86bd14e5bae70919" {
		t.Errorf("digest %q", want)
	}
	tests := map[string]struct {
		change func(*GroupList)
		same   bool
	}{
		"nothing":    {func(*GroupList) {}, true},
		"stale":      {func(l *GroupList) { l.Stale = true }, true},
		"incomplete": {func(l *GroupList) { l.Incomplete = true }, true},
		"unread":     {func(l *GroupList) { l.Unread = Unread{Rows: 3, Unnamed: 3} }, true},
		"warnings":   {func(l *GroupList) { l.Warnings = []string{"x"} }, true},
		"order":      {func(l *GroupList) { slices.Reverse(l.Groups) }, true},
		"zone":       {func(l *GroupList) { l.Groups[0].Changed = july().In(time.FixedZone("", 3600)) }, true},
		"changed":    {func(l *GroupList) { l.Groups[0].Changed = july().Add(time.Second) }, false},
		"id":         {func(l *GroupList) { l.Groups[0].ID = 9 }, false},
		"acronym":    {func(l *GroupList) { l.Groups[0].Acronym = "x" }, false},
		"name":       {func(l *GroupList) { l.Groups[0].Name = "x" }, false},
		"type":       {func(l *GroupList) { l.Groups[0].Type = "x" }, false},
		"state":      {func(l *GroupList) { l.Groups[0].State = "x" }, false},
		"parent":     {func(l *GroupList) { l.Groups[0].Parent = "x" }, false},
		"bof":        {func(l *GroupList) { l.Groups[0].BOF = true }, false},
		"missing":    {func(l *GroupList) { l.Groups = l.Groups[1:] }, false},
		"a line in a string": {func(l *GroupList) {
			l.Groups[0].Name, l.Groups = "\n"+recordLine(l.Groups[1]), l.Groups[:1]
		}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := base()
			tt.change(&l)
			if got := l.Digest(); (got == want) != tt.same {
				t.Errorf("same digest: %t, want %t", got == want, tt.same)
			}
		})
	}
}
