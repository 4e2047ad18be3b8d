CREATE TABLE IF NOT EXISTS counters(   -- 'seq', and one per record type for readable ids
  name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users(name TEXT PRIMARY KEY, sees_all INTEGER NOT NULL DEFAULT 1) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records(
  no INTEGER PRIMARY KEY, server_id TEXT NOT NULL UNIQUE,
  local_id TEXT UNIQUE,                -- the creating device's id: unique for ever, also after deletion
  type TEXT NOT NULL, life TEXT NOT NULL CHECK(life IN('alive','archived','gone')),
  parent INTEGER,                      -- whose grants cover this record
  fields TEXT NOT NULL, authors TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL,
  created_seq INTEGER NOT NULL, creator TEXT NOT NULL, who TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS records_parent ON records(parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS feed(       -- what each user is to hear of, newest state only
  user TEXT NOT NULL, record INTEGER NOT NULL, seq INTEGER NOT NULL, shown INTEGER NOT NULL,
  PRIMARY KEY(user,record)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS feed_order ON feed(user,seq);
CREATE TABLE IF NOT EXISTS grants(     -- allowed 0 is a revocation
  user TEXT NOT NULL, record INTEGER NOT NULL, allowed INTEGER NOT NULL, PRIMARY KEY(user,record)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys(       -- definite outcomes, refusals too, for the key lifetime
  shipment TEXT PRIMARY KEY, user TEXT NOT NULL, body BLOB NOT NULL, outcome TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS keys_age ON keys(at_ms);
CREATE TABLE IF NOT EXISTS answers(    -- the record as it was told with a key's first answer, where the server keeps that
  shipment TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS applied(    -- what `by` lists and lookups tell, longer than keys live
  shipment TEXT PRIMARY KEY, user TEXT NOT NULL, record INTEGER NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL,
  stored TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS applied_record ON applied(record,seq);
CREATE TABLE IF NOT EXISTS audit(      -- append only
  no INTEGER PRIMARY KEY, record INTEGER NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, from_value TEXT, to_value TEXT,
  who TEXT NOT NULL, at_ms INTEGER NOT NULL, shipment TEXT, source TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS audit_record ON audit(record);
CREATE TABLE IF NOT EXISTS resolutions(id TEXT PRIMARY KEY, user TEXT NOT NULL, body TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
