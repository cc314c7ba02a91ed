package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"muster/frontdesk"
)

// least is the shortest configuration that can be used.
const least = `[xmpp]
jid = "muster@example.org"
service = "rooms.example.org"
password_env = "PASSWORD"
`

// desk and mailTo begin tables of the front desk.
const (
	desk   = "[desk]\n"
	mailTo = "[desk.mail]\nserver = \"mail.example.org:587\"\nfrom = \"desk@example.org\"\n"
)

func configOf(t *testing.T, text string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "muster.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := configOf(t, least)
	if err != nil {
		t.Fatal(err)
	}
	if c.Datatracker.URL != "https://datatracker.ietf.org" || time.Duration(c.Datatracker.Timeout) != 30*time.Second {
		t.Errorf("datatracker: %+v", c.Datatracker)
	}
	if c.XMPP.TLS != "starttls" || c.XMPP.Dialect != "auto" || c.XMPP.Server != "" {
		t.Errorf("xmpp: %+v", c.XMPP)
	}
	if len(c.Rooms.Standing) != 1 || c.Rooms.Standing[0].Name != "hallway" {
		t.Errorf("standing rooms: %+v", c.Rooms.Standing)
	}
	if c.State.Dir != "/var/lib/muster" {
		t.Errorf("state: %+v", c.State)
	}
}

func TestStandingRoomsReplaceTheDefault(t *testing.T) {
	t.Parallel()
	c, err := configOf(t, least+"[[rooms.standing]]\nname = \"lounge\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rooms.Standing) != 1 || c.Rooms.Standing[0] != (Standing{Name: "lounge"}) {
		t.Errorf("standing rooms: %+v", c.Rooms.Standing)
	}
	if c, err = configOf(t, least+"[rooms]\nstanding = []\n"); err != nil || len(c.Rooms.Standing) != 0 {
		t.Errorf("none configured: %+v, %v", c.Rooms.Standing, err)
	}
}

// A room leads to its published pages, unless another log is named.
func TestLogAddress(t *testing.T) {
	t.Parallel()
	const logs, rooms = "[logs]\nurl = \"https://logs.example.org/\"\n", "[rooms]\nlog_url = \"https://other.example.org/{{.Name}}\"\n"
	for text, want := range map[string]string{
		"": "", logs: "https://logs.example.org/{{.Name}}/", rooms: "https://other.example.org/{{.Name}}", rooms + logs: "https://other.example.org/{{.Name}}",
	} {
		c, err := configOf(t, least+text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Rules().LogURL; got != want {
			t.Errorf("%q: the log is at %q, want %q", text, got, want)
		}
	}
}

func TestUnusableConfiguration(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, want, hint string
	}{
		{"empty", "", "xmpp.service is missing", ""},
		{"no account", strings.Replace(least, "jid", "# jid", 1), "xmpp.jid is missing", ""},
		{"no password", strings.Replace(least, "password_env", "# password_env", 1), "got 0", ""},
		{"all passwords", least + "password_file = \"a\"\npassword_command = \"b\"\n", "got 3", ""},
		{"a password in the file", least + "password = \"secret\"\n", "unknown key xmpp.password", "did you mean xmpp.password_"},
		{"unknown key", least + "servr = \"x\"\n", "unknown key xmpp.servr", "did you mean xmpp.server?"},
		{"unknown table", least + "[guard]\narchive_rooms = 3\n", "unknown key guard", "did you mean guards?"},
		{"unknown key of a standing room", least + "[[rooms.standing]]\nnmae = \"x\"\n", "unknown key rooms.standing.nmae",
			"did you mean rooms.standing.name?"},
		{"key twice", least + "jid = \"a@b\"\n", "line 5: ", ""},
		{"no TOML", least + "what?\n", "line 5: ", ""},
		{"wrong type", least + "[guards]\narchive_rooms = \"many\"\n", "muster.toml: line 6: guards.archive_rooms: must be an integer, got a string", ""},
		{"bad duration", least + "timeout = \"soon\"\n", `line 5: "soon" is not a duration`, ""},
		{"no time at all", least + "timeout = \"0s\"\n", `line 5: "0s" is not above zero`, ""},
		{"bad dialect", least + "dialect = \"x\"\n", `line 5: xmpp.dialect: "x" is not one of`, ""},
		{"bad tls", least + "tls = \"none\"\n", `line 5: xmpp.tls: "none" is not one of`, ""},
		{"negative guard", least + "[guards]\narchive_rooms = -1\n", "guards.archive_rooms", ""},
		{"no meeting", least + "[meetings]\nfollow = []\n", "line 6: meetings.follow: must not be empty", ""},
		{"no name of a meeting", least + "[meetings]\nfollow = [\"current\", \"IETF 126\"]\n",
			`line 6: meetings.follow: meeting "IETF 126": want a number such as 126, current, next, `, ""},
		{"a number where there are texts", least + "[rooms]\ngroup_types = \"wg\"\n", "line 6: rooms.group_types: must be an array, got a string", ""},
		{"direct TLS and no server", least + "tls = \"direct\"\n", "line 5: xmpp.tls: direct applies only with xmpp.server", "set xmpp.server"},
		{"misspelt group type", least + "[rooms]\ngroup_types = [\"wg\", \"wgs\"]\n",
			`line 6: rooms.group_types: "wgs" is not a group type of the Datatracker`, "did you mean wg? the types are adhoc, "},
		{"misspelt year-round type", least + "[rooms]\nyear_round = [\"dirs\"]\n", `line 6: rooms.year_round: "dirs"`, "did you mean dir?"},
		{"no language", least + "[rooms]\nlanguage = \"english please\"\n", `rooms.language: "english please" is not a language tag`, ""},
		{"no web address", least + "[rooms]\nlog_url = \"ftp://logs.example.org/\"\n", "rooms.log_url: ", ""},
		{"negative grace", least + "[rooms]\ngrace_days = -1\n", "line 6: rooms.grace_days: must not be negative, got -1", ""},
		{"misspelt field", least + "[rooms]\n\ntitle = \"{{.Acronim}}\"\n", "line 7: rooms.title: no field .Acronim", "did you mean .Acronym?"},
		{"misspelt field in a condition", least + "[rooms]\ndescription = \"{{if .Wen}}{{.When}}{{end}}\"\n",
			"line 6: rooms.description: no field .Wen", "did you mean .When?"},
		{"unknown field of a log", least + "[rooms]\nlog_url = \"https://x.example/{{.Nonsense}}\"\n",
			"line 6: rooms.log_url: no field .Nonsense", "the fields are .Name"},
		{"open template", least + "[rooms]\ntitle = \"{{.Acronym\"\n", "line 6: rooms.title: unclosed action", ""},
		{"relative state folder", least + "[state]\ndir = \"state\"\n", `line 6: state.dir: "state" is not an absolute path`, "write it from the root"},
		{"log address without a slash", least + "[logs]\nurl = \"https://x.example\"\n", "line 6: logs.url: \"https://x.example\" does not end in a slash", ""},
		{"web client without a room", least + "[logs]\nweb_client = \"https://x.example\"\n", "line 6: logs.web_client:", ""},
		{"a desk without a secret", least + desk + "domain = \"desk.example.org\"\n", "got 0", ""},
		{"a desk with two secrets", least + desk + "domain = \"desk.example.org\"\nsecret_env = \"A\"\nsecret_file = \"b\"\n", "got 2", ""},
		{"a desk's secret in the file", least + desk + "secret = \"abc\"\n", "unknown key desk.secret", ""},
		{"a desk at the MUC service", least + desk + "domain = \"rooms.example.org\"\n", "line 6: desk.domain: \"rooms.example.org\" is the MUC service", ""},
		{"a desk at the MUC service in capitals", least + desk + "domain = \"Rooms.Example.org\"\n", "line 6: desk.domain:", ""},
		{"a desk that is an account", least + desk + "domain = \"help@example.org\"\n", "line 6: desk.domain:", ""},
		{"a component on the net", least + desk + "component = \"192.0.2.1:5347\"\n", "line 6: desk.component:", "components are connected without encryption"},
		{"a component by name", least + desk + "component = \"xmpp.example.org:5347\"\n", "line 6: desk.component:", "components"},
		{"a component without a port", least + desk + "component = \"127.0.0.1\"\n", "line 6: desk.component:", "components"},
		{"a relative socket", least + desk + "component = \"unix:run/socket\"\n", "line 6: desk.component:", "components"},
		{"a secretary with a resource", least + desk + "secretariat = [\"amy@example.org/desk\"]\n", "line 6: desk.secretariat:", ""},
		{"a secretary who is a domain", least + desk + "secretariat = [\"example.org\"]\n", "line 6: desk.secretariat:", ""},
		{"a desk open to others", least + desk + "open_to = \"all\"\n", "line 6: desk.open_to: \"all\" is not one of linked and local", ""},
		{"a desk for no roles", least + desk + "roles = []\n", "line 6: desk.roles: must not be empty", ""},
		{"no room for a group", least + desk + "group_rooms = 0\n", "line 6: desk.group_rooms: must be above zero, got 0", ""},
		{"more days than there may be", least + desk + "default_days = 200\n", "line 6: desk.default_days: 200 is more than desk.max_days, 180", ""},
		{"metrics nowhere", least + desk + "metrics = \"9726\"\n", "line 6: desk.metrics:", ""},
		{"a chat address with a domain", least + desk + "chat = \"help@desk\"\n", "line 6: desk.chat:", ""},
		{"mail without a sender", least + "[desk.mail]\nserver = \"mail.example.org:587\"\n", "desk.mail.from", ""},
		{"mail without a port", least + "[desk.mail]\nserver = \"mail.example.org\"\n", "line 6: desk.mail.server:", ""},
		{"mail without a password", least + mailTo + "user = \"desk\"\n", "got 0", ""},
		{"mail without TLS", least + "[desk.mail]\ntls = \"none\"\n", "line 6: desk.mail.tls: \"none\" is not one of", ""},
		{"misspelt key of the mail", least + "[desk.mail]\nusr = \"desk\"\n", "unknown key desk.mail.usr", "did you mean desk.mail.user?"},
		{"no state folder", least + "[state]\ndir = \"\"\n", "line 6: state.dir: must not be empty", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := configOf(t, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "muster.toml: ") {
				t.Errorf("the error is %v, not one of muster.toml with %q", err, c.want)
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%v is not an *Error", err)
			}
			if hint := e.Hint(); !strings.HasPrefix(hint, c.hint) || c.hint == "" && hint != "" {
				t.Errorf("the hint is %q, not %q", hint, c.hint)
			}
		})
	}
}

// TestFrontDesk has a desk set up as the configuration has it.
func TestFrontDesk(t *testing.T) {
	t.Parallel()
	capitals := strings.NewReplacer("muster@example.org", "Muster@Example.org/desk", "rooms.example.org", "Rooms.Example.org").Replace(least)
	c, err := configOf(t, capitals+"[logs]\nurl = \"https://logs.example.org/\"\n"+desk+"domain = \"Desk.Example.org\"\nsecret_env = \"A\"\n"+
		"secretariat = [\"Amy@Example.org\"]\nopen_to = \"local\"\nprofile_tag = \"\"\nwarn_days = 3\n")
	if err != nil {
		t.Fatal(err)
	}
	got := c.FrontDesk()
	want := frontdesk.Config{
		Domain: "desk.example.org", Chat: "help", Service: "rooms.example.org", Name: "IETF room desk",
		Secretariat: []string{"amy@example.org"}, Local: "example.org", OpenToLocal: true,
		Roles: []string{"chair", "secr", "delegate", "lead"}, AreaDirectors: true, ChairsAreAdmins: true,
		Quota: frontdesk.Quota{Group: 5, Person: 10, Days: 180, All: 200}, DefaultDays: 30, Warn: 72 * time.Hour, Pending: 720 * time.Hour,
		RoomsURL: "https://logs.example.org/", LogURL: "https://logs.example.org/{room}/",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the desk is set up as\n%+v\nnot\n%+v", got, want)
	}
	c.Rooms.LogURL = "https://logs.example.org/{{.Acronym}}/"
	if got := c.FrontDesk().LogURL; got != "" {
		t.Errorf("a log by more than the room's name is %q", got)
	}
}

// TestDeskSecret reads the secret of the component by the rules of the password.
func TestDeskSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("s3cret\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configOf(t, least+desk+"domain = \"desk.example.org\"\nsecret_file = \""+path+"\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.DeskSecret(t.Context(), os.Getenv); got != "s3cret" || err != nil {
		t.Errorf("the secret is %q, %v", got, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeskSecret(t.Context(), os.Getenv); err == nil || !strings.Contains(err.Error(), "desk.secret_file: "+path+" has mode 0644") {
		t.Errorf("a secret that all can read: %v", err)
	}
	if got, err := c.MailPassword(t.Context(), os.Getenv); got != "" || err != nil {
		t.Errorf("without a login, the password is %q, %v", got, err)
	}
}

// commented is a line of the sample that holds anyway, as it would stand in
// use; prose does not look like one.
var commented = regexp.MustCompile(`(?m)^# (\[\[rooms|[a-z_]+ = )`)

func TestSampleIsTheDefaults(t *testing.T) {
	t.Parallel()
	asItStands, err := configOf(t, sample)
	if err != nil {
		t.Fatalf("the sample as it stands: %v", err)
	}
	text := commented.ReplaceAllString(sample, "$1")
	// Two of the three ways to the password, and what is particular to a site.
	for _, key := range []string{"password_env", "password_command", "server", "ca_file", "log_url", "description = \"\"",
		"[[rooms.renamed]]", "name = \"ivy\"", "previously", "url = \"https://logs.", "out =", "web_client", "contact", "accounts", "clients", "api_key_file",
		"metrics_file", "domain", "secret_", "secretariat", "server", "from", "user", "password_file = \"/etc/muster/mail\""} {
		text = regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(key)).ReplaceAllString(text, "# $0")
	}
	uncommented, err := configOf(t, text)
	if err != nil {
		t.Fatalf("the sample without its comments: %v", err)
	}
	rules, others := asItStands.Rules(), uncommented.Rules()
	if !reflect.DeepEqual(rules, others) {
		t.Errorf("the sample has these as defaults:\n%+v\nbut they are:\n%+v", others, rules)
	}
	asItStands.Path, uncommented.Path = "", ""
	asItStands.Rooms, uncommented.Rooms = Default().Rooms, Default().Rooms
	if !reflect.DeepEqual(asItStands, uncommented) {
		t.Errorf("the sample has this as the default:\n%+v\nbut it is:\n%+v", uncommented, asItStands)
	}
}

func TestSampleHasEveryKey(t *testing.T) {
	t.Parallel()
	var got []string
	table := ""
	for line := range strings.Lines(sample) {
		line = strings.TrimPrefix(line, "# ")
		if m := regexp.MustCompile(`^\[+([a-z_.]+)\]+`).FindStringSubmatch(line); m != nil {
			table = m[1]
		} else if m := regexp.MustCompile(`^([a-z_]+) = `).FindStringSubmatch(line); m != nil {
			got = append(got, table+"."+m[1])
		}
	}
	want := Keys()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the sample has the keys\n%v\nthe configuration\n%v", got, want)
	}
}

// asTOML returns a configuration in a form that can be compared and read.
func asTOML(t *testing.T, c Config) string {
	t.Helper()
	var b strings.Builder
	if err := toml.NewEncoder(&b).Encode(c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestUnusualConfiguration(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text string }{
		{"a group type of the future", least + "[rooms]\ngroup_types = [\"committee\"]\n"},
		{"a language with a region", least + "[rooms]\nlanguage = \"de-AT\"\n"},
		{"no language", least + "[rooms]\nlanguage = \"\"\n"},
		{"a log on a host of its own", least + "[rooms]\nlog_url = \"https://{{.Name}}.logs.example.org/\"\n"},
		{"a method of a field", least + "[rooms]\ndescription = \"{{if not .Start.IsZero}}{{.Start.Year}}{{end}}\"\n"},
		{"another dot", least + "[rooms]\ntitle = \"{{with .Start}}{{.Year}}{{end}}\"\n"},
		{"a desk on a Unix socket", least + desk + "domain = \"desk.example.org\"\nsecret_env = \"A\"\ncomponent = \"unix:/run/prosody/component\"\n"},
		{"a desk on the other loopback", least + desk + "domain = \"desk.example.org\"\nsecret_env = \"A\"\ncomponent = \"[::1]:5347\"\n"},
		{"mail without a login", least + mailTo},
		{"direct TLS to a server", least + "tls = \"direct\"\nserver = \"127.0.0.1:5223\"\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := configOf(t, c.text); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestErrorsOfTemplatesHaveNoGoTypes(t *testing.T) {
	t.Parallel()
	_, err := configOf(t, least+"[rooms]\ntitle = \"{{.Acronim}}\"\n")
	if err == nil || strings.Contains(err.Error(), "want.") || strings.Contains(err.Error(), "template:") {
		t.Errorf("the error is %v", err)
	}
}
