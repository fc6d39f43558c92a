-- Years of the certification register that were closed: one row a year, never changed.
CREATE TABLE closings (
    agency          TEXT NOT NULL,
    year            INTEGER NOT NULL,
    certifier       TEXT NOT NULL,
    last_number     INTEGER NOT NULL,
    issued          INTEGER NOT NULL,
    void            INTEGER NOT NULL,
    fee_vnd         INTEGER NOT NULL,
    closed_ms       INTEGER NOT NULL,
    PRIMARY KEY (agency, year)
) WITHOUT ROWID;
