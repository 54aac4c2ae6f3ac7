-- What is on its way to the real OneNET, and the books of it.

-- Rows come in at the end and mostly go from the front. The index has all that depths are
-- made of, so that nobody looks at the payloads for them.
CREATE TABLE uplink (
  pk          INTEGER PRIMARY KEY,
  device      INTEGER NOT NULL REFERENCES device (pk) ON DELETE CASCADE,
  seq         INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  topic       TEXT    NOT NULL,
  qos         INTEGER NOT NULL,
  payload     BLOB    NOT NULL,
  tries       INTEGER NOT NULL,
  dead        TEXT    NOT NULL, -- why it is in quarantine; '' while it waits
  quarantined INTEGER NOT NULL, -- dead <> '', for the index; a generated column would not be read from it
  size        INTEGER NOT NULL  -- length(payload), likewise
);
CREATE INDEX uplink_of_device ON uplink (device, quarantined, seq, at, size);

CREATE TABLE uplink_count (
  device INTEGER NOT NULL REFERENCES device (pk) ON DELETE CASCADE,
  name   TEXT    NOT NULL, -- of the column: 'accepted', 'delivered', 'dropped.age'
  n      INTEGER NOT NULL,
  PRIMARY KEY (device, name)
) WITHOUT ROWID;

INSERT INTO counter (name, n) VALUES ('uplink', 0);
