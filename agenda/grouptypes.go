package agenda

import "strings"

// GroupTypes returns the slugs of the group types that the Datatracker had in
// 2026, sorted. It may have more by now: the list is for recognizing a misspelt
// one.
func GroupTypes() []string {
	return strings.Fields("adhoc adm ag area dir edappr edwg editorial iab iabasg iabworkshop iana iesg ietf " +
		"individ irtf ise isoc nomcom program rag review rfcedtyp rg sdo team wg")
}
