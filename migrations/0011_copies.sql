-- Several copies of one original, made together under one number (Thông tư 01/2020/TT-BTP): a submission has one or more.

ALTER TABLE submissions ADD COLUMN copies INTEGER NOT NULL DEFAULT 1;

-- Made anew: the submission of a copy was unique. `place` is the copy's among those of its submission, from 1.
CREATE TABLE copies_new (
    id              TEXT PRIMARY KEY,
    submission      TEXT NOT NULL REFERENCES submissions (id),
    place           INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    number          TEXT NOT NULL,
    certifier       TEXT NOT NULL,
    sha256          TEXT NOT NULL UNIQUE,
    size_bytes      INTEGER NOT NULL,
    qr_text_sealed  BLOB NOT NULL,
    facts_sealed    BLOB NOT NULL,
    holder_sealed   BLOB NOT NULL,
    issued_ms       INTEGER NOT NULL,
    UNIQUE (submission, place)
);
INSERT INTO copies_new
    SELECT id, submission, 1, kind, number, certifier, sha256, size_bytes, qr_text_sealed, facts_sealed, holder_sealed, issued_ms FROM copies;

-- What refers to copies moves with them.
CREATE TABLE deliveries_new (
    id              TEXT PRIMARY KEY,
    copy            TEXT NOT NULL REFERENCES copies_new (id),
    wallet          TEXT NOT NULL,
    receipt         TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    due_ms          INTEGER NOT NULL,
    lease_ms        INTEGER NOT NULL DEFAULT 0,
    created_ms      INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    UNIQUE (copy, wallet)
);
INSERT INTO deliveries_new
    SELECT id, copy, wallet, receipt, attempts, last_error, due_ms, lease_ms, created_ms, acknowledged_ms FROM deliveries;
DROP TABLE deliveries;
DROP TABLE copies;
ALTER TABLE copies_new RENAME TO copies;
ALTER TABLE deliveries_new RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (due_ms) WHERE receipt IS NULL;
CREATE INDEX deliveries_by_wallet ON deliveries (wallet, created_ms DESC, id DESC);
