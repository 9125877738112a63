import type BetterSqlite3 from "better-sqlite3";

/** Marks a file as ours ("EARS"); `file` and SQLite's own tools show it. */
export const APPLICATION_ID = 0x45415253;

/**
 * One step per version of the file, oldest first. A step that was released never changes again.
 *
 * `records` has what changes and what is searched, in rows of some 80 bytes: settling a record rewrites no
 * body. `contents` has what never changes. The states' numbers are those of states.ts.
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
];

/** The version of the file that this package writes. */
export const VERSION = steps.length;

/** Brings a file from `version` (0: empty) to ours. To be called within a transaction. */
export function migrate(db: BetterSqlite3.Database, version: number): void {
  for (const step of steps.slice(version)) db.exec(step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${VERSION}`);
}
