-- The history. Times are milliseconds since 1970-01-01 UTC. The file is made with application_id 0x504F5354 ("POST"),
-- auto_vacuum INCREMENTAL and journal_mode WAL; user_version is the number of the last migration.

-- What is interned: a small number stands for each text.
CREATE TABLE vantage (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE set_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE name (
  id INTEGER PRIMARY KEY,
  fqdn TEXT NOT NULL UNIQUE,              -- canonical: lower case, without the final dot
  rkey TEXT NOT NULL UNIQUE               -- 'com.microsoft.mcr.data.eastus': the names below one are a range
) STRICT;
CREATE TABLE rr (
  id INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  rdata BLOB NOT NULL,                    -- 4 or 16 octets of A and AAAA, the target's text for CNAME
  owner INTEGER NOT NULL REFERENCES name (id),
  UNIQUE (type, rdata, owner)             -- an address or a range of them -> records
) STRICT;
CREATE INDEX rr_owner ON rr (owner);

-- Who is observed: a record in answers to one asked name at one vantage. One small number stands for it, so that the
-- intervals need no index beside their key: closing one then writes one page of each table.
CREATE TABLE observation (
  id INTEGER PRIMARY KEY,
  name INTEGER NOT NULL REFERENCES name (id),
  rr INTEGER NOT NULL REFERENCES rr (id),
  vantage INTEGER NOT NULL REFERENCES vantage (id),
  UNIQUE (name, rr, vantage)
) STRICT;
CREATE INDEX observation_rr ON observation (rr);

-- Hot: the open intervals.
CREATE TABLE active (
  observation INTEGER PRIMARY KEY REFERENCES observation (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  ttl INTEGER NOT NULL,
  watched INTEGER NOT NULL
) STRICT;

-- Cold: closed intervals [first, until). `until` is when the record stopped counting, not when it was last seen.
CREATE TABLE history (
  observation INTEGER NOT NULL REFERENCES observation (id),
  until INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  ttl INTEGER NOT NULL,
  watched INTEGER NOT NULL,
  PRIMARY KEY (observation, until)
) STRICT, WITHOUT ROWID;

-- What DNS gave and was not believed; the newest 100,000 kinds are kept.
CREATE TABLE rejection (
  id INTEGER PRIMARY KEY,
  observation INTEGER NOT NULL REFERENCES observation (id),
  reason TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  UNIQUE (observation, reason)
) STRICT;

-- How each question stands.
CREATE TABLE question (
  name INTEGER NOT NULL REFERENCES name (id),
  type INTEGER NOT NULL,
  vantage INTEGER NOT NULL REFERENCES vantage (id),
  outcome TEXT NOT NULL,
  asked INTEGER NOT NULL,
  succeeded INTEGER,
  watched INTEGER NOT NULL,
  PRIMARY KEY (name, type, vantage)
) STRICT, WITHOUT ROWID;

CREATE TABLE learned (
  name INTEGER PRIMARY KEY REFERENCES name (id),
  state TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  sightings INTEGER NOT NULL,
  sources TEXT NOT NULL,                  -- JSON array
  denials INTEGER NOT NULL,
  resolved INTEGER
) STRICT;

-- Every published change of a set: serial grows by one, delta is the step to it.
CREATE TABLE generation (
  setid INTEGER NOT NULL REFERENCES set_name (id),
  serial INTEGER NOT NULL,
  at INTEGER NOT NULL,
  since INTEGER NOT NULL,                 -- `at`, but never before the generation before it: a clock may step back
  size INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (setid, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX generation_since ON generation (setid, since);
CREATE TABLE delta (
  setid INTEGER NOT NULL REFERENCES set_name (id),
  serial INTEGER NOT NULL,
  addr BLOB NOT NULL,
  op INTEGER NOT NULL CHECK (op IN (-1, 1)),
  PRIMARY KEY (setid, serial, addr)
) STRICT, WITHOUT ROWID;
CREATE INDEX delta_addr ON delta (addr, setid, serial, op);
-- A whole generation now and then, so that any one costs no more than its size; packed, so that it costs little.
-- With a rowid, so that the search for the nearest one does not walk over the blobs.
CREATE TABLE checkpoint (
  setid INTEGER NOT NULL REFERENCES set_name (id),
  serial INTEGER NOT NULL,
  ipv4 BLOB NOT NULL,                     -- 4 octets each, sorted
  ipv6 BLOB NOT NULL,                     -- 16 octets each, sorted
  PRIMARY KEY (setid, serial)
) STRICT;
-- The last generation of each set with why each address is there.
CREATE TABLE element (
  setid INTEGER NOT NULL REFERENCES set_name (id),
  addr BLOB NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  names TEXT NOT NULL,                    -- separated by a space, which canonical names don't hold
  PRIMARY KEY (setid, addr)
) STRICT, WITHOUT ROWID;
CREATE TABLE set_state (
  setid INTEGER PRIMARY KEY REFERENCES set_name (id),
  status TEXT NOT NULL,
  reasons TEXT NOT NULL,                  -- JSON array
  checked INTEGER NOT NULL,
  max_stale INTEGER NOT NULL              -- milliseconds
) STRICT;

-- For people: the newest 100,000 events, and for ever what operators decided.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- an id is never given twice: the writer may still hold it
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  by TEXT NOT NULL,
  applied_at INTEGER
) STRICT;
CREATE INDEX decision_pending ON decision (id) WHERE applied_at IS NULL;

-- Where followed files stand, committed with what was read from them.
CREATE TABLE follower (
  path TEXT PRIMARY KEY,
  device INTEGER NOT NULL,                -- 64 bits, two's complement
  inode INTEGER NOT NULL,
  head BLOB NOT NULL,
  offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a writer was looking: outside of these spans, absence proves nothing.
CREATE TABLE watch (
  started INTEGER PRIMARY KEY,
  heartbeat INTEGER NOT NULL
) STRICT;
