-- What decisions were made from, so that they can be made again: every change of what lookups gave, and all else that
-- the deciding side was told, in the order in which it took them.

-- How far back what can be asked is kept; no row while nothing was ever removed.
CREATE TABLE horizon (
  what TEXT PRIMARY KEY,                  -- 'history' or 'journal'
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The effective policy of a set from one decision of kind 'configure' to the next; one without a row here says that the
-- set is watched no more.
CREATE TABLE policy (
  decision INTEGER PRIMARY KEY REFERENCES decision (id),
  setid INTEGER NOT NULL REFERENCES set_name (id),
  json TEXT NOT NULL                      -- canonical: keys sorted, no blanks
) STRICT;
CREATE INDEX policy_set ON policy (setid, decision);

-- What is interned: who asked what, and what came of it.
CREATE TABLE asked (
  id INTEGER PRIMARY KEY,
  name INTEGER NOT NULL REFERENCES name (id),
  type INTEGER NOT NULL,
  vantage INTEGER NOT NULL REFERENCES vantage (id),
  UNIQUE (name, type, vantage)
) STRICT;
CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE            -- the outcome, then a record a line: owner, TTL, data; '@' is the asked name
) STRICT;

-- One row for a run of lookups that told the same, or for something else that was told.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,                 -- the order in which it was taken
  at INTEGER NOT NULL,                    -- of a run, its first lookup
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  asked INTEGER REFERENCES asked (id),    -- NULL for what is no lookup
  answer INTEGER REFERENCES answer (id),
  mark TEXT,                              -- NULL for a lookup
  detail TEXT
) STRICT;
CREATE INDEX journal_state ON journal (id) WHERE mark IN ('start', 'checkpoint');

-- All that was known when a service started, and once a week: from there a replay begins.
CREATE TABLE state_interval (
  journal INTEGER NOT NULL REFERENCES journal (id),
  observation INTEGER NOT NULL REFERENCES observation (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  ttl INTEGER NOT NULL,
  watched INTEGER NOT NULL,
  PRIMARY KEY (journal, observation)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_interval_observation ON state_interval (observation);
CREATE TABLE state_question (
  journal INTEGER NOT NULL REFERENCES journal (id),
  name INTEGER NOT NULL REFERENCES name (id),
  type INTEGER NOT NULL,
  vantage INTEGER NOT NULL REFERENCES vantage (id),
  outcome TEXT NOT NULL,
  asked INTEGER NOT NULL,
  succeeded INTEGER,
  watched INTEGER NOT NULL,
  PRIMARY KEY (journal, name, type, vantage)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_question_name ON state_question (name);
CREATE TABLE state_learned (
  journal INTEGER NOT NULL REFERENCES journal (id),
  name INTEGER NOT NULL REFERENCES name (id),
  PRIMARY KEY (journal, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_learned_name ON state_learned (name);
CREATE TABLE state_element (
  journal INTEGER NOT NULL REFERENCES journal (id),
  setid INTEGER NOT NULL REFERENCES set_name (id),
  serial INTEGER NOT NULL,
  addr BLOB NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  names TEXT NOT NULL,
  PRIMARY KEY (journal, setid, addr)
) STRICT, WITHOUT ROWID;
