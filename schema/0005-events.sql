-- How vantages do, and what is asked of events.

-- The last report of each upstream and trusted tap.
CREATE TABLE vantage_report (
  label TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  report TEXT NOT NULL                             -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX event_subject ON event (subject, id);
