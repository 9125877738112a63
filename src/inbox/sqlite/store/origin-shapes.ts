import type * as Sqlite from "../driver/driver.js";

/** Shapes in one file, of all processes there ever were. Beyond them, origins are stored whole. */
const MAX_SHAPES = 1000;

/** Keeps each shape of origins once, for the records that have it. A shape that is there stays. */
export class OriginShapes {
  readonly #find: Sqlite.Statement<[string], number>;
  readonly #add: Sqlite.Statement<[string]>;
  readonly #ids = new Map<string, number | null>();

  constructor(db: Sqlite.Database) {
    this.#find = db.prepare<[string], number>("SELECT id FROM origin_shapes WHERE shape = ?").pluck();
    this.#add = db.prepare(
      `INSERT INTO origin_shapes (shape) SELECT ? WHERE (SELECT count(*) FROM origin_shapes) < ${MAX_SHAPES}`,
    );
  }

  /** To be called within a transaction. @returns `null` where there is no room for one more */
  idOf(shape: string): number | null {
    let id = this.#ids.get(shape);
    if (id === undefined) {
      id = this.#find.get(shape) ?? this.#insert(shape);
      this.#ids.set(shape, id);
    }
    return id;
  }

  /** A transaction was rolled back, and with it a shape that it may have added. */
  forget(): void {
    this.#ids.clear();
  }

  #insert(shape: string): number | null {
    const { changes, lastInsertRowid } = this.#add.run(shape);
    return changes === 0 ? null : Number(lastInsertRowid);
  }
}
