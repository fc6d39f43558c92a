-- Copies that were revoked or superseded: one row an act, never changed. `reason_sealed` is encrypted with the copy's id.
CREATE TABLE status_changes (
    copy            TEXT NOT NULL REFERENCES copies (id),
    change          TEXT NOT NULL,
    superseded_by   TEXT REFERENCES copies (id),
    officer         TEXT NOT NULL,
    reason_sealed   BLOB NOT NULL,
    changed_ms      INTEGER NOT NULL,
    PRIMARY KEY (copy, change)
) WITHOUT ROWID;
