CREATE TABLE room (
  id BIGINT PRIMARY KEY,
  service TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  life TEXT NOT NULL DEFAULT 'live',        -- live, archived, gone
  purpose TEXT NOT NULL DEFAULT '',         -- group, session, standing, requested; empty: not known
  cursor TEXT NOT NULL DEFAULT '',          -- archive id of the last message read
  cursor_time BIGINT NOT NULL DEFAULT 0,    -- its time, microseconds since 1970
  settled BIGINT NOT NULL DEFAULT 0,        -- time of the newest message when last read to the end
  looked BIGINT NOT NULL DEFAULT 0,         -- when that, or an attempt at it, began
  verified BIGINT NOT NULL DEFAULT 0,       -- when all of it was last compared
  verified_last BIGINT NOT NULL DEFAULT 0,  -- the newest message then
  verdict TEXT NOT NULL DEFAULT '',
  UNIQUE (service, name)
);
CREATE TABLE message (
  id BIGINT PRIMARY KEY,                    -- milliseconds << 8, plus 1 while taken
  room BIGINT NOT NULL REFERENCES room(id),
  archive TEXT NOT NULL,                    -- the id that the server's archive gives it
  time BIGINT NOT NULL,                     -- microseconds since 1970
  stanza BIGINT NOT NULL,                   -- a mark of the sender's own id
  origin BIGINT NOT NULL,                   -- and of the origin id, where it is another; 0 for none
  nick TEXT NOT NULL,
  occupant BIGINT NOT NULL,                 -- a mark of the sender's occupant id; 0 for none
  lang TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,                     -- archive id of the message that this one is about
  reply TEXT NOT NULL,
  body TEXT NOT NULL,
  extra TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',          -- why it was moderated or withdrawn
  forgotten BOOLEAN NOT NULL DEFAULT FALSE, -- the server no longer has it
  UNIQUE (room, archive)
);
CREATE INDEX message_room ON message (room, id);
CREATE INDEX message_stanza ON message (room, stanza) WHERE stanza <> 0;
CREATE INDEX message_origin ON message (room, origin) WHERE origin <> 0;
CREATE INDEX message_forgotten ON message (room) WHERE forgotten;
CREATE INDEX message_target ON message (room, target) WHERE target <> '';
CREATE TABLE gap (
  room BIGINT NOT NULL REFERENCES room(id),
  from_time BIGINT NOT NULL,
  to_time BIGINT NOT NULL,
  noticed BIGINT NOT NULL,
  cause TEXT NOT NULL
);
CREATE TABLE withdrawal (
  room BIGINT NOT NULL REFERENCES room(id),
  archive TEXT NOT NULL,
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE TABLE changed (                      -- days to be published again
  room BIGINT NOT NULL REFERENCES room(id),
  day TEXT NOT NULL,
  PRIMARY KEY (room, day)
);
CREATE TABLE page (                         -- what was published
  path TEXT PRIMARY KEY,
  digest TEXT NOT NULL
);
CREATE TABLE meeting (
  number TEXT PRIMARY KEY,
  city TEXT NOT NULL,
  zone TEXT NOT NULL,                       -- name in the IANA database
  url TEXT NOT NULL,                        -- where a person reads the agenda
  digest TEXT NOT NULL,                     -- of the agenda
  changed BOOLEAN NOT NULL                  -- its pages are to be published again
);
CREATE TABLE session (
  id BIGINT PRIMARY KEY,                    -- the Datatracker's number of it
  meeting TEXT NOT NULL REFERENCES meeting(number),
  room TEXT NOT NULL,                       -- its name; the record may not have it
  acronym TEXT NOT NULL,                    -- of the group
  title TEXT NOT NULL,
  kind TEXT NOT NULL,                       -- slug of the type
  status TEXT NOT NULL,
  place TEXT NOT NULL,
  start BIGINT NOT NULL,                    -- microseconds since 1970, 0 where it is not known
  ends BIGINT NOT NULL,
  changed BOOLEAN NOT NULL                  -- its transcript is to be published again
);
CREATE INDEX session_room ON session (room, start);
CREATE INDEX session_meeting ON session (meeting, start);
CREATE TABLE upload (                       -- transcripts that were sent to the Datatracker
  session BIGINT PRIMARY KEY,
  room TEXT NOT NULL,
  from_time BIGINT NOT NULL,
  to_time BIGINT NOT NULL,
  digest TEXT NOT NULL,                     -- of what was sent
  at BIGINT NOT NULL,
  state TEXT NOT NULL                       -- sending, sent
);
