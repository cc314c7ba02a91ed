package want

import (
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/xmppadmin"
)

// archivedTitle returns the title of the room called name once it is archived,
// made of the one that it has.
func archivedTitle(name, title string) string {
	title = xmppadmin.LiveTitle(provision.OneLine(title, provision.MaxTitle))
	if title == "" {
		title = name
	}
	return provision.OneLine(xmppadmin.ArchivedTitle(title), provision.MaxTitle)
}

// noteWell returns the sentence that every live room has in its description. A
// room is publicly logged where its log has an address.
func noteWell(logURL string) string {
	const applies = "he IETF Note Well applies: https://www.ietf.org/about/note-well/"
	if logURL == "" {
		return "T" + applies
	}
	return "This room is publicly logged and t" + applies
}

// kind returns in words what sort of group g is.
func kind(g *agenda.Group) string {
	words := typeInWords(g.Type)
	switch {
	case g.BOF:
		return "BOF (birds of a feather)"
	case g.State == agenda.StateProposed:
		return "proposed " + words
	}
	return words
}

func typeInWords(slug string) string {
	switch slug {
	case agenda.WorkingGroup:
		return "IETF working group"
	case agenda.ResearchGroup:
		return "IRTF research group"
	case agenda.AreaGroup:
		return "IETF area group"
	case agenda.ResearchAreaGroup:
		return "IRTF research area group"
	case "area":
		return "IETF area"
	case agenda.EditorialGroup:
		return "RFC Series editorial working group"
	case agenda.Directorate, agenda.ReviewDirectorate:
		return "IETF directorate"
	case "team":
		return "IETF team"
	case "adhoc":
		return "ad hoc group"
	case "program":
		return "IAB program"
	case "":
		return "group"
	}
	return provision.OneLine(slug, provision.MaxName) + " group"
}

// capital upper-cases the first letter of an English text.
func capital(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-('a'-'A')) + s[1:]
	}
	return s
}

// when returns when a session is: its day and its time in the zone of start, and
// that zone, by its abbreviation and its name. The end has a day of its own where
// that is another one, and a zone of its own where the clocks change before it.
func when(start time.Time, d time.Duration) string {
	const day, clock = "Monday 2 January 2006", "15:04"
	end := start.Add(d)
	abbreviation, offset := start.Zone()
	last, lastOffset := end.Zone()
	text := start.Format(day + ", " + clock)
	changes, nextDay := offset != lastOffset, start.Format(day) != end.Format(day)
	if changes {
		text += " " + abbreviation
	}
	switch {
	case d <= 0:
	case nextDay:
		text += " to " + end.Format(day+", "+clock)
	case changes:
		text += " to " + end.Format(clock)
	default:
		text += "-" + end.Format(clock)
	}
	text += " " + last
	if name := start.Location().String(); name != last {
		text += " (" + name + ")"
	}
	return text
}
