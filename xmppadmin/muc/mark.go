package muc

import "strings"

// The marks that begin the title of a room that is not live. Plain XEP-0045
// knows no other place for them. A title can get archivedMark where it got
// archivingMark, and reopeningMark where it had archivedMark: the server's
// limit on the length of titles stops no change half-way.
const (
	archivedMark  = "[archived]"
	archivingMark = "[archiving]"
	reopeningMark = "[opening]"
)

// ArchivedTitle returns the title of a room once it is archived; a title that
// has the mark already is returned unchanged.
func ArchivedTitle(title string) string { return marked(archivedMark, title) }

// ArchivingTitle returns the title of a room while it is being archived.
func ArchivingTitle(title string) string { return marked(archivingMark, title) }

// ReopeningTitle returns the title of a room while it is being reopened.
func ReopeningTitle(title string) string { return marked(reopeningMark, title) }

func marked(mark, title string) string {
	if strings.HasPrefix(title, mark) {
		return title
	}
	return strings.TrimSuffix(mark+" "+LiveTitle(title), " ")
}

// LiveTitle returns a title without any mark.
func LiveTitle(title string) string {
	for _, mark := range []string{archivedMark, archivingMark, reopeningMark} {
		if rest, ok := strings.CutPrefix(title, mark); ok {
			return strings.TrimPrefix(rest, " ")
		}
	}
	return title
}

// IsMarked reports whether a title has any mark: archiving or reopening the
// room was begun, and it is not live.
func IsMarked(title string) bool { return LiveTitle(title) != title }

// IsArchived reports whether a room's settings are those of an archived room:
// the mark, and moderation.
func IsArchived(s Settings) bool {
	return strings.HasPrefix(s[Title], archivedMark) && s[Moderated] == True
}

// IsHalfArchived reports whether a room's settings are those of a room whose
// archiving or reopening was begun and not finished.
func IsHalfArchived(s Settings) bool { return IsMarked(s[Title]) && !IsArchived(s) }
