import { pathToFileURL } from "node:url";
import type { Database, Driver, OpenOptions, Statement } from "./driver.js";

/** What is used of `node:sqlite`, as of Node 22.13: the package's types are those of its oldest Node. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly?: boolean }) => NativeDatabase;
}

interface NativeDatabase {
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  /** Since Node 22.16. */
  readonly isTransaction?: boolean;
  close(): void;
}

type Row = Record<string, unknown>;

interface NativeStatement {
  run(...parameters: unknown[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
  get(...parameters: unknown[]): Row | undefined;
  all(...parameters: unknown[]): Row[];
  iterate(...parameters: unknown[]): IterableIterator<Row>;
}

/** Pages in memory, in units of -1 kB: as much as better-sqlite3 has by default. */
const CACHE_SIZE = -16_000;
const DEFAULT_TIMEOUT_MS = 5000;

/** The driver that Node itself has since 22.13; `undefined` for an older Node. */
export function nodeSqlite(): Driver | undefined {
  const sqlite = loadQuietly();
  if (sqlite === undefined) return undefined;
  return {
    name: "node:sqlite",
    sqliteVersion: process.versions.sqlite ?? "",
    open: (path, options) => new NodeDatabase(sqlite, path, options),
  };
}

/**
 * Node 22 says once, on stderr, that the module is experimental. To the users of an inbox that says nothing. Called in
 * the store's thread, whose `process` no other code shares.
 */
function loadQuietly(): NodeSqlite | undefined {
  const { emitWarning } = process;
  const filtered = (warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  process.emitWarning = filtered as typeof process.emitWarning;
  try {
    // The package's own types do not know the module: they are those of its oldest Node.
    return process.getBuiltinModule?.("node:sqlite") as unknown as NodeSqlite | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

class NodeDatabase implements Database {
  readonly #native: NativeDatabase;

  constructor(sqlite: NodeSqlite, path: string, options: OpenOptions = {}) {
    const { readonly: readOnly = false, fileMustExist = false, timeout = DEFAULT_TIMEOUT_MS } = options;
    // SQLite's own words for "do not create it".
    const name = fileMustExist && !readOnly ? `${pathToFileURL(path).href}?mode=rw` : path;
    this.#native = new sqlite.DatabaseSync(name, { readOnly });
    // Node's own option for it is younger than the module.
    this.pragma(`busy_timeout = ${timeout}`);
    this.pragma(`cache_size = ${CACHE_SIZE}`);
  }

  prepare<P extends unknown[], R>(sql: string): Statement<P, R> {
    return new NodeStatement<P, R>(this.#native.prepare(sql));
  }

  exec(sql: string): void {
    this.#native.exec(sql);
  }

  pragma(text: string, { simple = false }: { readonly simple?: boolean } = {}): unknown {
    const rows = this.#native.prepare(`PRAGMA ${text}`).all();
    return simple ? firstOf(rows[0]) : rows;
  }

  get inTransaction(): boolean {
    const known = this.#native.isTransaction;
    if (known !== undefined) return known;
    try {
      // Fails within a transaction, and only there: it reads and locks nothing.
      this.#native.exec("BEGIN");
    } catch {
      return true;
    }
    this.#native.exec("ROLLBACK");
    return false;
  }

  close(): void {
    this.#native.close();
  }
}

class NodeStatement<P extends unknown[], R> implements Statement<P, R> {
  readonly #native: NativeStatement;

  constructor(native: NativeStatement) {
    this.#native = native;
  }

  run(...parameters: P) {
    return this.#native.run(...parameters.map(bindable));
  }

  get(...parameters: P): R | undefined {
    return this.#native.get(...parameters) as R | undefined;
  }

  all(...parameters: P): R[] {
    return this.#native.all(...parameters) as R[];
  }

  iterate(...parameters: P): Iterable<R> {
    return this.#native.iterate(...parameters) as Iterable<unknown> as Iterable<R>;
  }

  pluck(): Statement<P, R> {
    return new PluckedStatement<P, R>(this.#native);
  }
}

/** The first column in place of each row. */
class PluckedStatement<P extends unknown[], R> implements Statement<P, R> {
  readonly #native: NativeStatement;

  constructor(native: NativeStatement) {
    this.#native = native;
  }

  run(...parameters: P) {
    return this.#native.run(...parameters.map(bindable));
  }

  get(...parameters: P): R | undefined {
    return firstOf(this.#native.get(...parameters)) as R | undefined;
  }

  all(...parameters: P): R[] {
    return this.#native.all(...parameters).map((row) => firstOf(row) as R);
  }

  *iterate(...parameters: P): Iterable<R> {
    for (const row of this.#native.iterate(...parameters)) yield firstOf(row) as R;
  }

  pluck(): this {
    return this;
  }
}

/** Bytes without memory would become NULL on Node 22: these have some, and are none of it. */
const noBytes = new Uint8Array(new ArrayBuffer(8), 0, 0);

function bindable(parameter: unknown): unknown {
  return ArrayBuffer.isView(parameter) && parameter.byteLength === 0 ? noBytes : parameter;
}

function firstOf(row: Row | undefined): unknown {
  return row === undefined ? undefined : Object.values(row)[0];
}
