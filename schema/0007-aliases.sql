-- An explanation follows aliases from one owner to the next: among all records of a name they are few.
CREATE INDEX rr_alias ON rr (owner) WHERE type = 5;
