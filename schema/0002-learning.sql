-- Who saw which name in use, what no set watches, how sources do, and when questions are asked next.

ALTER TABLE question ADD COLUMN due INTEGER;       -- as planned when the row was written; NULL where nobody asks

-- Each source that saw a tracked name, at most eight for a name.
CREATE TABLE sighting (
  name INTEGER NOT NULL REFERENCES name (id),
  source TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (name, source)
) STRICT, WITHOUT ROWID;

-- Names in use that no set watches though they look related: for a person to decide about, never looked up. Not
-- interned: most of them are in no other table.
CREATE TABLE uncovered (
  fqdn TEXT PRIMARY KEY,
  relation TEXT NOT NULL,
  target TEXT,                                     -- the alias target or host that relates it, if that is the relation
  sources TEXT NOT NULL                            -- JSON: who saw it, when first and last, how often
) STRICT, WITHOUT ROWID;

-- The last report of each source.
CREATE TABLE source (
  label TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  report TEXT NOT NULL                             -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX event_kind ON event (kind, id);
