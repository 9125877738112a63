import type BetterSqlite3 from "better-sqlite3";
import { fromColumn, toColumn } from "./text.js";

type Text = string | Uint8Array;

/** Small values beside the records. */
export class Marks {
  readonly #read: BetterSqlite3.Statement<[Text], { readonly value: Text }>;
  readonly #write: BetterSqlite3.Statement<[Text, Text]>;

  constructor(db: BetterSqlite3.Database) {
    this.#read = db.prepare("SELECT value FROM marks WHERE name = ?");
    this.#write = db.prepare(
      "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
  }

  read(name: string): string | undefined {
    const row = this.#read.get(toColumn(name));
    return row === undefined ? undefined : fromColumn(row.value);
  }

  write(name: string, value: string): undefined {
    this.#write.run(toColumn(name), toColumn(value));
  }
}
