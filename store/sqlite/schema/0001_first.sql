-- The first layout. Times are milliseconds since 1970 (UTC). Values of points are
-- compact JSON. What belongs to a device or a product goes with it (foreign keys);
-- points and files are swept away later (table dropped_stream).

CREATE TABLE product (
  id            TEXT    NOT NULL PRIMARY KEY,
  name          TEXT    NOT NULL,
  dialect       TEXT    NOT NULL,
  master_key    TEXT    NOT NULL,
  register_code TEXT    NOT NULL,
  allow_dup     INTEGER NOT NULL,
  created_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX product_register_code ON product (register_code) WHERE register_code <> '';

CREATE TABLE device (
  pk           INTEGER PRIMARY KEY AUTOINCREMENT,
  product      TEXT    NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  id           TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  auth_info    TEXT    NOT NULL,
  protocol     TEXT    NOT NULL,
  description  TEXT    NOT NULL,
  tags         TEXT    NOT NULL, -- JSON array
  location     TEXT,             -- JSON object
  private      INTEGER NOT NULL,
  other        TEXT,             -- JSON
  blocked      INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  activated_at INTEGER,
  last_login   INTEGER,
  UNIQUE (product, id)
);
CREATE UNIQUE INDEX device_auth_info ON device (product, auth_info) WHERE auth_info <> '';
CREATE INDEX device_by_id ON device (length(id), id, length(product), product);
CREATE INDEX device_named ON device (id);
CREATE INDEX device_of_product ON device (product, length(id), id);

CREATE TABLE api_key (
  pk          INTEGER PRIMARY KEY AUTOINCREMENT,
  product     TEXT    NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  secret      TEXT    NOT NULL UNIQUE,
  title       TEXT    NOT NULL,
  permissions TEXT    NOT NULL, -- JSON array
  created_at  INTEGER NOT NULL
);
CREATE INDEX api_key_of_product ON api_key (product, created_at);

CREATE TABLE stream (
  pk          INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: points outlive their stream for a while
  device      INTEGER NOT NULL REFERENCES device (pk) ON DELETE CASCADE,
  id          TEXT    NOT NULL,
  unit        TEXT    NOT NULL DEFAULT '',
  unit_symbol TEXT    NOT NULL DEFAULT '',
  tags        TEXT    NOT NULL DEFAULT '[]', -- JSON array
  created_at  INTEGER NOT NULL,
  UNIQUE (device, id)
);

-- One row a point, kept in the order in which history is read.
CREATE TABLE point (
  stream INTEGER NOT NULL, -- stream.pk
  at     INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  value  TEXT    NOT NULL, -- JSON
  PRIMARY KEY (stream, at, seq)
) WITHOUT ROWID;

CREATE TABLE file (
  pk          INTEGER PRIMARY KEY,
  stream      INTEGER NOT NULL, -- stream.pk
  name        TEXT    NOT NULL, -- its index, as the point says it
  description TEXT,             -- JSON
  size        INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  data        BLOB    NOT NULL
);
CREATE INDEX file_name ON file (name, stream);
CREATE INDEX file_of_stream ON file (stream);
CREATE INDEX file_at ON file (at);

-- Streams that are gone and whose points and files are not yet.
CREATE TABLE dropped_stream (stream INTEGER PRIMARY KEY);
CREATE TRIGGER stream_dropped AFTER DELETE ON stream BEGIN
  INSERT INTO dropped_stream (stream) VALUES (OLD.pk);
END;

CREATE TABLE command (
  pk          INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT    NOT NULL UNIQUE,
  device      INTEGER NOT NULL REFERENCES device (pk) ON DELETE CASCADE,
  body        BLOB    NOT NULL,
  confirm     INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  rev         INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  sent_at     INTEGER,
  answered_at INTEGER,
  answer      BLOB
);
CREATE INDEX command_of_device ON command (device, created_at);
CREATE INDEX command_created ON command (created_at);
CREATE INDEX command_waiting ON command (device, expires_at)
  WHERE state = 'created' OR (confirm AND state IN ('sent', 'unanswered', 'send-failed'));

CREATE TABLE session (
  device INTEGER PRIMARY KEY REFERENCES device (pk) ON DELETE CASCADE
);
CREATE TABLE subscription (
  device INTEGER NOT NULL REFERENCES session (device) ON DELETE CASCADE,
  nr     INTEGER NOT NULL,
  topic  TEXT    NOT NULL,
  qos    INTEGER NOT NULL,
  PRIMARY KEY (device, nr)
) WITHOUT ROWID;

CREATE TABLE queued (
  pk      INTEGER PRIMARY KEY,
  device  INTEGER NOT NULL REFERENCES device (pk) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  topic   TEXT    NOT NULL,
  qos     INTEGER NOT NULL,
  payload BLOB    NOT NULL,
  at      INTEGER NOT NULL,
  UNIQUE (device, seq)
);

CREATE TABLE retained (
  pk      INTEGER PRIMARY KEY,
  product TEXT    NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  topic   TEXT    NOT NULL,
  qos     INTEGER NOT NULL,
  payload BLOB    NOT NULL,
  will_of TEXT    NOT NULL,
  UNIQUE (product, topic)
);

-- The highest numbers ever given: to points, and to queued messages.
CREATE TABLE counter (
  name TEXT    NOT NULL PRIMARY KEY,
  n    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter (name, n) VALUES ('point', 0), ('queued', 0);
