-- Service tags of Azure: every edition that was imported, and from which edition to which a tag held a prefix.

-- One file of Microsoft's. It counts for sets once its decision is applied.
CREATE TABLE tag_edition (
  id INTEGER PRIMARY KEY,
  cloud TEXT NOT NULL,                    -- public, china or government
  change INTEGER NOT NULL,                -- the file's changeNumber
  imported INTEGER NOT NULL,
  as_of INTEGER NOT NULL,                 -- when it was known to be the current one
  source TEXT NOT NULL,
  tags INTEGER NOT NULL,
  prefixes INTEGER NOT NULL,
  added INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  decision INTEGER NOT NULL REFERENCES decision (id)
) STRICT;
CREATE INDEX tag_edition_cloud ON tag_edition (cloud, id);

CREATE TABLE tag (
  id INTEGER PRIMARY KEY,
  cloud TEXT NOT NULL,
  key TEXT NOT NULL,                      -- in lower case without dots: both spellings are one tag
  name TEXT NOT NULL,
  UNIQUE (cloud, key)
) STRICT;

-- A tag's own changeNumber from an edition on; NULL from the edition on that lacks the tag.
CREATE TABLE tag_number (
  tag INTEGER NOT NULL REFERENCES tag (id),
  edition INTEGER NOT NULL REFERENCES tag_edition (id),
  change INTEGER,
  PRIMARY KEY (tag, edition)
) STRICT, WITHOUT ROWID;

-- A prefix is under a tag in the editions [since, until) of its cloud.
CREATE TABLE tag_prefix (
  tag INTEGER NOT NULL REFERENCES tag (id),
  addr BLOB NOT NULL,
  length INTEGER NOT NULL,
  since INTEGER NOT NULL REFERENCES tag_edition (id),
  until INTEGER REFERENCES tag_edition (id),
  PRIMARY KEY (tag, addr, length, since)
) STRICT, WITHOUT ROWID;
