-- Triggers and the products' lists of topics. Files know which point is theirs, so that
-- a dump can give both together.

CREATE TABLE topic (
  pk      INTEGER PRIMARY KEY, -- rises: the order in which topics came into the list
  product TEXT    NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  topic   TEXT    NOT NULL,
  UNIQUE (product, topic)
);

CREATE TABLE data_trigger (
  id         INTEGER PRIMARY KEY,
  product    TEXT    NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  title      TEXT    NOT NULL,
  stream     TEXT    NOT NULL,
  devices    TEXT    NOT NULL, -- JSON array
  url        TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  threshold  TEXT,             -- JSON
  created_at INTEGER NOT NULL
);
CREATE INDEX data_trigger_of_product ON data_trigger (product);

ALTER TABLE file ADD COLUMN seq INTEGER NOT NULL DEFAULT 0; -- point.seq
UPDATE file SET seq = coalesce((SELECT max(seq) FROM point WHERE point.stream = file.stream AND point.at = file.at), 0);
DROP INDEX file_of_stream;
CREATE INDEX file_of_point ON file (stream, at, seq);
