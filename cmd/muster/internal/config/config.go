// Package config reads muster's configuration file: TOML, strictly, with the
// defaults of the packages that own them. It also obtains what the file only
// points to, the account's password and the authorities to trust.
//
// It knows the keys by name and words the advice on them; it knows no flags and
// writes nothing.
package config

import (
	"fmt"
	"time"
)

// Config is the configuration file, as docs/configuration.md describes it.
type Config struct {
	Datatracker struct {
		URL         string   `toml:"url"`
		Timeout     Duration `toml:"timeout"`
		ChatPattern string   `toml:"chat_pattern"`
	} `toml:"datatracker"`
	XMPP struct {
		JID             string   `toml:"jid"`
		PasswordFile    string   `toml:"password_file"`
		PasswordEnv     string   `toml:"password_env"`
		PasswordCommand string   `toml:"password_command"`
		Service         string   `toml:"service"`
		Server          string   `toml:"server"`
		TLS             string   `toml:"tls"`
		CAFile          string   `toml:"ca_file"`
		Dialect         string   `toml:"dialect"`
		Timeout         Duration `toml:"timeout"`
	} `toml:"xmpp"`
	Meetings struct {
		Follow []string `toml:"follow"`
	} `toml:"meetings"`
	Rooms struct {
		GroupTypes   []string   `toml:"group_types"`
		YearRound    []string   `toml:"year_round"`
		GraceDays    int        `toml:"grace_days"`
		HideArchived bool       `toml:"hide_archived"`
		Unwanted     []string   `toml:"unwanted"`
		Title        string     `toml:"title"`
		Description  string     `toml:"description"`
		Subject      string     `toml:"subject"`
		Language     string     `toml:"language"`
		LogURL       string     `toml:"log_url"`
		Protected    []string   `toml:"protected"`
		Standing     []Standing `toml:"standing"`
		Renamed      []Renamed  `toml:"renamed"`
	} `toml:"rooms"`
	Guards struct {
		ArchiveRooms   int `toml:"archive_rooms"`
		ArchivePercent int `toml:"archive_percent"`
	} `toml:"guards"`
	Logs struct {
		URL       string   `toml:"url"`
		Out       string   `toml:"out"`
		Index     bool     `toml:"index"`
		Search    bool     `toml:"search"`
		WebClient string   `toml:"web_client"`
		NoteWell  string   `toml:"note_well"`
		Contact   string   `toml:"contact"`
		Retracted string   `toml:"retracted"`
		Accounts  []string `toml:"accounts"`
		Clients   []string `toml:"clients"`

		Before     Duration `toml:"before"`
		After      Duration `toml:"after"`
		APIKeyFile string   `toml:"api_key_file"`
	} `toml:"logs"`
	Desk  Desk `toml:"desk"`
	State struct {
		Dir         string `toml:"dir"`
		MetricsFile string `toml:"metrics_file"`
	} `toml:"state"`

	// Path is the file that it was read from.
	Path string `toml:"-"`
}

// Standing is a [[rooms.standing]] table: a room that no group owns.
type Standing struct {
	Name        string `toml:"name"`
	Title       string `toml:"title"`
	Description string `toml:"description"`
}

// Renamed is a [[rooms.renamed]] table: a group whose acronym changed.
type Renamed struct {
	Name       string `toml:"name"`
	Previously string `toml:"previously"`
}

// Duration is a time.Duration above zero, written for example "30s".
type Duration time.Duration

// UnmarshalText parses a duration that is above zero.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration, write for example \"30s\"", text)
	}
	if v <= 0 {
		return fmt.Errorf("%q is not above zero", text)
	}
	*d = Duration(v)
	return nil
}
