package muc

import "strings"

// archivedMark begins the title of an archived room. Plain XEP-0045 knows no
// other place for it.
const archivedMark = "[archived]"

// ArchivedTitle returns the title of a room once it is archived; a title that
// has the mark already is returned as it is.
func ArchivedTitle(title string) string {
	if strings.HasPrefix(title, archivedMark) {
		return title
	}
	return strings.TrimSuffix(archivedMark+" "+title, " ")
}

// LiveTitle returns a title without the mark of an archived room.
func LiveTitle(title string) string {
	rest, marked := strings.CutPrefix(title, archivedMark)
	if !marked {
		return title
	}
	return strings.TrimPrefix(rest, " ")
}

// IsArchived reports whether a room's settings are those of an archived room:
// the mark, and moderation.
func IsArchived(s Settings) bool {
	return strings.HasPrefix(s[Title], archivedMark) && s[Moderated] == True
}
