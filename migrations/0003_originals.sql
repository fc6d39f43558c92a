-- Fingerprints of the originals that were certified. A row without its copy belongs to an issue that was not finished.

-- Keyed hash of kind, number and date: the papers that may be the same original.
CREATE TABLE originals (
    copy            TEXT NOT NULL,
    identity        TEXT NOT NULL,
    PRIMARY KEY (identity, copy)
) WITHOUT ROWID;

-- A page's perceptual fingerprint (32 bytes), found by any of its 16 bands of 16 bits.
CREATE TABLE page_prints (
    copy            TEXT NOT NULL,
    page            INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    print           BLOB NOT NULL,
    PRIMARY KEY (copy, page)
) WITHOUT ROWID;
CREATE TABLE page_print_bands (
    kind            TEXT NOT NULL,
    page            INTEGER NOT NULL,
    band            INTEGER NOT NULL,
    bits            INTEGER NOT NULL,
    copy            TEXT NOT NULL,
    PRIMARY KEY (kind, page, band, bits, copy)
) WITHOUT ROWID;
