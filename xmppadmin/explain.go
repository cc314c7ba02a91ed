package xmppadmin

import (
	"fmt"
	"strings"
)

// Explain says what on this server stands in the way of a setting that it
// does not offer or does not keep: which module, which option. It is empty
// where nothing is known.
func (s *Service) Explain(setting Setting) string {
	software := strings.ToLower(s.facts.software)
	switch {
	case software == "prosody" || s.Name() == "prosody":
		return explainProsody(setting, s.domain)
	case software == "ejabberd":
		return explainEjabberd(setting)
	case software == "openfire" || s.Name() == "openfire":
		return explainOpenfire(setting)
	default:
		return ""
	}
}

func explainProsody(setting Setting, domain string) string {
	switch setting {
	case Persistent:
		return "Prosody lets this account make no room persistent; see muc_room_allow_persistent"
	case Public:
		return "Prosody lets this account make no room public; see muc_room_allow_public"
	case MessageArchive:
		return fmt.Sprintf(`Prosody's archive is not loaded; add "muc_mam" to modules_enabled of the component %q`, domain)
	case PublicLog:
		return "Prosody has no such setting of a room; mod_http_muc_log publishes the log of every public room"
	default:
		return ""
	}
}

func explainEjabberd(setting Setting) string {
	switch setting {
	case Persistent:
		return "ejabberd lets this account make no room persistent; see access_persistent of mod_muc"
	case MessageArchive:
		return "ejabberd's archive is not loaded; enable mod_mam"
	case PublicLog:
		return "ejabberd's log is not loaded, or not for this account; see mod_muc_log and its access_log"
	default:
		return ""
	}
}
