-- Version 1 of the store. Later versions come as further files; this one never changes once released.
-- Every index that a save or an acknowledgement touches costs a B-tree write, so each has its reason.

CREATE TABLE records(             -- what the screen shows and what the server said
  no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, type TEXT NOT NULL,
  server_id TEXT,                 -- NULL: the server has never answered for it
  view TEXT NOT NULL,             -- base + live changes, nulls left out; reads, indexes and search use only this
  theirs TEXT,                    -- page entry parked while a shipment is open
  authors TEXT,                   -- who changed which field last and when, as the server said it
  version TEXT, server_seq INTEGER, rev INTEGER NOT NULL DEFAULT 1,
  life TEXT NOT NULL DEFAULT 'alive' CHECK(life IN('alive','archived','gone','hidden','shell')),
  stale INTEGER NOT NULL DEFAULT 0, bounces INTEGER NOT NULL DEFAULT 0,
  wait_ms INTEGER, due_wall_ms INTEGER, due_boot_ms INTEGER, boot_id TEXT, -- set after three bounces in a row
  merged_into INTEGER, synced_ms INTEGER) STRICT;
-- A page entry finds its record.
CREATE UNIQUE INDEX records_server ON records(type,server_id) WHERE server_id IS NOT NULL AND merged_into IS NULL;
-- Lists of a type; touched only when a record comes or its life changes.
CREATE INDEX records_alive ON records(type) WHERE life='alive';

CREATE TABLE refs(child INTEGER NOT NULL, field TEXT NOT NULL, parent INTEGER NOT NULL,
  PRIMARY KEY(child,field)) STRICT, WITHOUT ROWID;
-- A visit with its notes; children that wait for their parent.
CREATE INDEX refs_parent ON refs(parent);

CREATE TABLE changes(             -- one field of one operation: the unit of waiting and holding; field '' = create or barrier
  seq INTEGER PRIMARY KEY,        -- order of everything on this device; the highest is never deleted
  op INTEGER NOT NULL,            -- the operation (what a person meant) = seq of its first change
  act INTEGER NOT NULL,           -- the commit() it came with = seq of its first change
  record INTEGER NOT NULL, kind TEXT NOT NULL CHECK(kind IN('create','patch','archive','reopen','signoff')),
  field TEXT NOT NULL,
  seen TEXT, from_value TEXT, to_value TEXT, -- seen: what the person saw, never rewritten; from: rebased
  state TEXT NOT NULL DEFAULT 'pending' CHECK(state IN('pending','sealed','held','done','discarded')),
  shipment INTEGER, review INTEGER, grp INTEGER,
  author TEXT NOT NULL, device TEXT NOT NULL, schema_version INTEGER NOT NULL,
  made_wall_ms INTEGER NOT NULL, made_boot_ms INTEGER NOT NULL, boot_id TEXT NOT NULL,
  CHECK(state<>'sealed' OR shipment IS NOT NULL), CHECK(state<>'held' OR review IS NOT NULL)) STRICT;
-- The live changes of a record, in order.
CREATE INDEX changes_live ON changes(record,field,seq) WHERE state IN('pending','sealed','held');
-- The members of a group; empty for most commits.
CREATE INDEX changes_group ON changes(grp) WHERE grp IS NOT NULL;

-- What a person has paused; empty for most of the time. Pausing a member of a group pauses all of it.
CREATE TABLE paused(op INTEGER PRIMARY KEY) STRICT;

CREATE TABLE forms(               -- a form token and what it made, so that a second tap is the same operation
  token BLOB PRIMARY KEY, digest BLOB NOT NULL, receipt TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE shipments(           -- what goes over the wire; body frozen; key = idempotency key
  no INTEGER PRIMARY KEY, key BLOB NOT NULL, record INTEGER NOT NULL, grp INTEGER, body TEXT NOT NULL,
  base_version TEXT, schema_version INTEGER NOT NULL, sealed_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 1,
  wait_ms INTEGER NOT NULL, due_wall_ms INTEGER NOT NULL, due_boot_ms INTEGER NOT NULL, boot_id TEXT NOT NULL,
  last_error TEXT, outcome TEXT CHECK(outcome IN('applied','refused'))) STRICT;
-- At most one unanswered shipment a record, and the way to find it.
CREATE UNIQUE INDEX one_open_shipment ON shipments(record) WHERE outcome IS NULL;

CREATE TABLE reviews(             -- "mine" of an open review = last held change; frozen into mine at close
  no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, record INTEGER NOT NULL, field TEXT NOT NULL,
  kind TEXT NOT NULL, base TEXT, mine TEXT,
  theirs TEXT, theirs_by TEXT, theirs_at_ms INTEGER, theirs_rev INTEGER NOT NULL DEFAULT 1,
  policy_version INTEGER NOT NULL, detail TEXT, choice TEXT, chosen TEXT, closed_by TEXT,
  opened_ms INTEGER NOT NULL, closed_ms INTEGER, reported INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX one_open_review ON reviews(record,field) WHERE closed_ms IS NULL;
-- Closed reviews that the server does not know yet.
CREATE INDEX reviews_unreported ON reviews(no) WHERE reported=0 AND closed_ms IS NOT NULL;

CREATE TABLE lanes(               -- transport backoff lives here, not in 5,000 rows
  name TEXT PRIMARY KEY, failures INTEGER NOT NULL DEFAULT 0, wait_ms INTEGER, due_wall_ms INTEGER,
  due_boot_ms INTEGER, boot_id TEXT, reason TEXT, server_floor INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE journal(             -- history, audit and notices, append only
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, record INTEGER, kind TEXT NOT NULL, detail TEXT NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0) STRICT;
-- The history of one record.
CREATE INDEX journal_record ON journal(record);

CREATE TABLE drafts(form TEXT PRIMARY KEY, record INTEGER, seen TEXT, fields TEXT NOT NULL, at_ms INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE cursors(scope TEXT PRIMARY KEY, cursor TEXT, fresh_at_ms INTEGER) STRICT, WITHOUT ROWID;
-- What a full refresh has not shown yet; empty but for a while after a cursor expired.
CREATE TABLE unseen(record INTEGER PRIMARY KEY) STRICT;
CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
