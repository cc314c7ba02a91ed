CREATE TABLE day (                          -- days on which something was said, with what readers see
  room BIGINT NOT NULL REFERENCES room(id),
  day BIGINT NOT NULL,                      -- since 1970, UTC
  lines BIGINT NOT NULL,
  first BIGINT NOT NULL,                    -- times of the oldest and the newest line, microseconds since 1970
  last BIGINT NOT NULL,
  PRIMARY KEY (room, day)
);
