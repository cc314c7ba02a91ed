-- What the front desk keeps. Times are Unix seconds in UTC; dates are days in UTC.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE link (
  jid TEXT PRIMARY KEY, person INTEGER NOT NULL, name TEXT NOT NULL, email TEXT,
  way TEXT NOT NULL CHECK (way IN ('secretariat','profile','mail')),
  made_at INTEGER NOT NULL, made_by TEXT NOT NULL, checked_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX link_person ON link (person);
CREATE TABLE code (
  jid TEXT PRIMARY KEY, person INTEGER NOT NULL, email TEXT NOT NULL, hash BLOB NOT NULL,
  made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  origin TEXT UNIQUE,               -- the command session or message that it came by
  room TEXT NOT NULL, acronym TEXT, title TEXT NOT NULL, purpose TEXT NOT NULL,
  until TEXT NOT NULL CHECK (until GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
  extend_to TEXT,                   -- the later day that waits for a decision; the room stays meanwhile
  jid TEXT NOT NULL, person INTEGER,  -- jid: a bare JID or 'shell:USER'
  state TEXT NOT NULL CHECK (state IN ('pending','approved','live','denied','withdrawn','lapsed','ended','superseded')),
  made_at INTEGER NOT NULL, decided_at INTEGER, decided_by TEXT, reason TEXT,
  live_at INTEGER, ended_at INTEGER, warned_at INTEGER, error TEXT) STRICT;
CREATE UNIQUE INDEX request_open_name ON request (room) WHERE state IN ('pending','approved','live');
CREATE INDEX request_state ON request (state, made_at);
CREATE INDEX request_jid ON request (jid, state);
CREATE INDEX request_person ON request (person, state) WHERE person IS NOT NULL;
CREATE INDEX request_extension ON request (id) WHERE extend_to IS NOT NULL;
CREATE TABLE event (                -- never changed
  id INTEGER PRIMARY KEY AUTOINCREMENT, request INTEGER REFERENCES request(id),
  at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX event_request ON event (request);
CREATE INDEX event_what ON event (what, at);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,         -- 'request:12:approved:alice@example.org'
  medium TEXT NOT NULL CHECK (medium IN ('chat','mail','room')), address TEXT NOT NULL, body TEXT NOT NULL,
  due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, sent_at INTEGER, error TEXT) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
CREATE TABLE granted (              -- admin affiliations that the desk gave: it takes no others
  room TEXT NOT NULL, jid TEXT NOT NULL, affiliation TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (room, jid)) STRICT, WITHOUT ROWID;
CREATE TABLE sighting (             -- sessions on the agendas, for the news of those that move
  meeting TEXT NOT NULL, session INTEGER NOT NULL, acronym TEXT NOT NULL, told TEXT NOT NULL, seen TEXT NOT NULL,
  since INTEGER, syncs INTEGER NOT NULL, PRIMARY KEY (meeting, session)) STRICT, WITHOUT ROWID;
