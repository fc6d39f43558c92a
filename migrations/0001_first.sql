-- Submissions, the certification register, copies, holders and deliveries. Times are ms since 1970 UTC.
-- Columns ending in _sealed are encrypted (AES-256-GCM, the row's id as associated data).

CREATE TABLE submissions (
    id              TEXT PRIMARY KEY,
    kiosk           TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    agency          TEXT NOT NULL,
    state           TEXT NOT NULL,
    declared_kind   TEXT,
    requester_sealed BLOB NOT NULL,
    files           TEXT NOT NULL,
    report_sealed   BLOB,
    facts_sealed    BLOB,
    reasons         TEXT NOT NULL DEFAULT '[]',
    approval        TEXT,
    copy            TEXT,
    waiting         TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    due_ms          INTEGER NOT NULL,
    lease_ms        INTEGER NOT NULL DEFAULT 0,
    created_ms      INTEGER NOT NULL,
    updated_ms      INTEGER NOT NULL,
    UNIQUE (kiosk, request_id)
);
CREATE INDEX submissions_work ON submissions (due_ms) WHERE state IN ('received', 'approved');
CREATE INDEX submissions_referred ON submissions (agency, created_ms, id) WHERE state = 'referred';

CREATE TABLE events (
    submission      TEXT NOT NULL REFERENCES submissions (id),
    sequence        INTEGER NOT NULL,
    stage           INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    PRIMARY KEY (submission, sequence)
) WITHOUT ROWID;

CREATE TABLE reviews (
    submission      TEXT NOT NULL REFERENCES submissions (id),
    at_ms           INTEGER NOT NULL,
    audit_sealed    BLOB NOT NULL
);

-- The certification register: one row a number, never deleted.
CREATE TABLE register (
    agency          TEXT NOT NULL,
    year            INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    book            INTEGER NOT NULL,
    symbol          TEXT NOT NULL,
    submission      TEXT NOT NULL REFERENCES submissions (id),
    state           TEXT NOT NULL,
    copy            TEXT,
    reason          TEXT,
    reserved_ms     INTEGER NOT NULL,
    closed_ms       INTEGER,
    PRIMARY KEY (agency, year, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX register_reserved ON register (submission) WHERE state <> 'void';

CREATE TABLE copies (
    id              TEXT PRIMARY KEY,
    submission      TEXT NOT NULL UNIQUE REFERENCES submissions (id),
    kind            TEXT NOT NULL,
    number          TEXT NOT NULL,
    certifier       TEXT NOT NULL,
    sha256          TEXT NOT NULL UNIQUE,
    size_bytes      INTEGER NOT NULL,
    qr_text_sealed  BLOB NOT NULL,
    facts_sealed    BLOB NOT NULL,
    holder_sealed   BLOB NOT NULL,
    issued_ms       INTEGER NOT NULL
);

CREATE TABLE holders (
    wallet          TEXT NOT NULL,
    holder          TEXT NOT NULL,
    consent         TEXT NOT NULL,
    created_ms      INTEGER NOT NULL,
    PRIMARY KEY (wallet, holder)
) WITHOUT ROWID;
CREATE INDEX holders_by_person ON holders (holder);

CREATE TABLE deliveries (
    id              TEXT PRIMARY KEY,
    copy            TEXT NOT NULL REFERENCES copies (id),
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
CREATE INDEX deliveries_due ON deliveries (due_ms) WHERE receipt IS NULL;
CREATE INDEX deliveries_by_wallet ON deliveries (wallet, created_ms DESC, id DESC);
