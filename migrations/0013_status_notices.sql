-- What wallets are told of copies that they hold: one row for each delivery and change, due until the wallet has heard it.
CREATE TABLE status_notices (
    delivery        TEXT NOT NULL REFERENCES deliveries (id),
    change          TEXT NOT NULL,
    due_ms          INTEGER NOT NULL,
    lease_ms        INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0,
    told_ms         INTEGER,
    last_error      TEXT,
    PRIMARY KEY (delivery, change)
) WITHOUT ROWID;

CREATE INDEX status_notices_due ON status_notices (due_ms) WHERE told_ms IS NULL;

INSERT INTO status_notices (delivery, change, due_ms)
SELECT deliveries.id, status_changes.change, status_changes.changed_ms
FROM status_changes JOIN deliveries ON deliveries.copy = status_changes.copy;
