-- What is estimated to be missing of each question, over all vantages.
CREATE TABLE coverage (
  name INTEGER NOT NULL REFERENCES name (id),
  type INTEGER NOT NULL,
  at INTEGER NOT NULL,
  estimate TEXT NOT NULL,                          -- JSON
  gaps TEXT NOT NULL,                              -- JSON: how often addresses came back after how long
  PRIMARY KEY (name, type)
) STRICT, WITHOUT ROWID;
