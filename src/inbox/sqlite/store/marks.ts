import type BetterSqlite3 from "better-sqlite3";
import { fromColumn, toColumn } from "./text.js";

type Text = string | Uint8Array;

/** No mark of ours has this name. */
const PROBE = "earshot probe";

/** Small values beside the records. */
export class Marks {
  readonly #read: BetterSqlite3.Statement<[Text], { readonly value: Text }>;
  readonly #write: BetterSqlite3.Statement<[Text, Text]>;
  readonly #probe: BetterSqlite3.Statement<[]>;

  constructor(db: BetterSqlite3.Database) {
    this.#read = db.prepare("SELECT value FROM marks WHERE name = ?");
    this.#write = db.prepare(
      "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#probe = db.prepare(
      `INSERT OR REPLACE INTO marks (name, value) VALUES ('${PROBE}', zeroblob(16384))`,
    );
  }

  /** Writes about as much as a record takes, to learn whether one would be stored. */
  probe(): void {
    this.#probe.run();
  }

  read(name: string): string | undefined {
    const row = this.#read.get(toColumn(name));
    return row === undefined ? undefined : fromColumn(row.value);
  }

  write(name: string, value: string): undefined {
    this.#write.run(toColumn(name), toColumn(value));
  }
}
