package dialect

// ArchiveNeedsTime reports whether the server finds a page of a room's archive
// faster when the query has a start time beside the id behind which the page
// begins. Prosody 13 with its internal storage reads a room's archive from the
// beginning otherwise. On ejabberd a start time changes the count.
func ArchiveNeedsTime(c *Conn) bool { return c.software("prosody") }
