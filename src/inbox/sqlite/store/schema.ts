import type * as Sqlite from "../driver/driver.js";

/** Metadata a file as ours ("EARS"); `file` and SQLite's own tools show it. */
export const APPLICATION_ID = 0x45415253;

/**
 * One step per version of the file, oldest first. A step that was released never changes again.
 *
 * `records` has what changes and what is searched, in rows of some 80 bytes: settling a record rewrites no
 * body. `contents` has what never changes. The states' numbers are those of record-row.ts.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    id_hash INTEGER NOT NULL,
    twin_hash INTEGER,
    is_digest INTEGER NOT NULL,
    order_hash INTEGER,
    kept_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_token INTEGER,
    lease_until INTEGER,
    attempts INTEGER NOT NULL,
    settled_at INTEGER,
    trigger_name NOT NULL,
    source TEXT NOT NULL,
    done TEXT NOT NULL,
    failures TEXT NOT NULL
  );
  CREATE INDEX records_by_id ON records (id_hash);
  CREATE INDEX records_by_twin ON records (twin_hash, is_digest) WHERE twin_hash IS NOT NULL;
  CREATE INDEX records_ready ON records (seq) WHERE state = 0;
  CREATE INDEX records_delayed ON records (due_at) WHERE state = 1;
  CREATE INDEX records_running ON records (lease_until) WHERE state = 3;
  CREATE INDEX records_dead ON records (seq) WHERE state = 5;
  CREATE INDEX records_in_line ON records (order_hash, seq) WHERE order_hash IS NOT NULL AND state <= 3;

  CREATE TABLE contents (
    seq INTEGER PRIMARY KEY,
    id NOT NULL,
    twin,
    order_key,
    origin TEXT,
    body_is_text INTEGER NOT NULL,
    body
  );

  CREATE TABLE tally (
    waiting INTEGER NOT NULL,
    running INTEGER NOT NULL,
    done INTEGER NOT NULL,
    dead INTEGER NOT NULL
  );
  INSERT INTO tally VALUES (0, 0, 0, 0);

  CREATE TABLE marks (name NOT NULL PRIMARY KEY, value NOT NULL);
  `,
  // The columns twin_hash, is_digest and contents.twin are out of use: to remove them would rewrite the file.
  // The table of counts has another name, so that a process of the version before fails instead of miscounting.
  `
  ALTER TABLE records ADD COLUMN body_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE records ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE records ADD COLUMN tries TEXT;
  ALTER TABLE records ADD COLUMN lease_owner INTEGER;
  ALTER TABLE records ADD COLUMN extras INTEGER NOT NULL DEFAULT 0;
  UPDATE records SET
    body_bytes = coalesce((SELECT octet_length(c.body) FROM contents c WHERE c.seq = records.seq), 0)
    WHERE state <= 3 OR state = 5;

  DROP INDEX records_by_twin;
  DROP INDEX records_ready;
  CREATE INDEX records_ready ON records (seq) WHERE state = 0 AND crashes = 0;

  CREATE TABLE crashed (seq INTEGER PRIMARY KEY);
  CREATE TABLE unmatched (place INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, since INTEGER NOT NULL);
  CREATE TABLE dead_letters (seq INTEGER PRIMARY KEY, since INTEGER NOT NULL);
  CREATE INDEX dead_letters_by_age ON dead_letters (since, seq);
  INSERT INTO dead_letters SELECT seq, coalesce(settled_at, kept_at) FROM records WHERE state = 5;

  CREATE TABLE dedup_keys (
    hash INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    key NOT NULL,
    PRIMARY KEY (hash, seq, key)
  ) WITHOUT ROWID;
  CREATE INDEX dedup_keys_by_record ON dedup_keys (seq);

  CREATE TABLE matches (
    seq INTEGER PRIMARY KEY,
    happened_at INTEGER NOT NULL,
    has_id INTEGER NOT NULL,
    channels TEXT NOT NULL,
    hashes TEXT NOT NULL
  );
  CREATE TABLE content_hashes (
    hash INTEGER NOT NULL,
    channels TEXT NOT NULL,
    has_id INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (hash, channels, has_id, happened_at, seq)
  ) WITHOUT ROWID;

  CREATE TABLE owners (
    id INTEGER PRIMARY KEY,
    name NOT NULL,
    machine TEXT,
    pid INTEGER NOT NULL,
    started TEXT
  );

  ALTER TABLE tally RENAME TO totals;
  ALTER TABLE totals ADD COLUMN unmatched INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN pending_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN dead_bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN last_place INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN file_id TEXT;
  UPDATE totals SET
    pending_bytes = (SELECT coalesce(sum(body_bytes), 0) FROM records WHERE state <= 3),
    dead_bytes = (SELECT coalesce(sum(body_bytes), 0) FROM records WHERE state = 5),
    file_id = lower(hex(randomblob(16)));
  `,
  // A process of the version before may go on beside this one: it has neither steps nor keys of callbacks.
  `
  CREATE TABLE steps (
    place INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    step TEXT NOT NULL,
    UNIQUE (seq, key)
  );
  CREATE TABLE callback_keys (
    key NOT NULL PRIMARY KEY,
    seq INTEGER,
    forget_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX callback_keys_by_record ON callback_keys (seq) WHERE seq IS NOT NULL;
  CREATE INDEX callback_keys_by_time ON callback_keys (forget_at);
  `,
  // The column has another name, so that a process of the version before fails instead of misreading it.
  `
  CREATE TABLE origin_shapes (id INTEGER PRIMARY KEY, shape TEXT NOT NULL UNIQUE);
  ALTER TABLE contents ADD COLUMN shape_id INTEGER;
  ALTER TABLE contents RENAME COLUMN origin TO origin_facts;
  `,
  `
  CREATE TABLE open_batches (
    group_hash TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    kept INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE batch_members (
    member INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    callback NOT NULL,
    place INTEGER NOT NULL,
    event INTEGER,
    id NOT NULL,
    trigger_name NOT NULL,
    source TEXT NOT NULL,
    origin_facts TEXT NOT NULL,
    shape_id INTEGER,
    received_at INTEGER NOT NULL,
    body_is_text INTEGER NOT NULL,
    body
  );
  CREATE INDEX batch_members_by_batch ON batch_members (batch, place);
  CREATE INDEX batch_members_by_event ON batch_members (event) WHERE event IS NOT NULL;
  `,
];

/** The version of the file that this package writes. */
export const SCHEMA_VERSION = steps.length;

/** Brings a file from `version` (0: empty) to ours. To be called within a transaction. */
export function migrate(db: Sqlite.Database, version: number): void {
  for (const step of steps.slice(version)) db.exec(step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
}
