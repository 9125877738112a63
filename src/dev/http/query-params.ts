import { HttpProblem } from "./http-problem.js";

/** The query of a call, read as the platform's published clients write it. */
export class QueryParams {
  readonly #params: URLSearchParams;

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  /** The last value of the first of these names that has one that is not empty. */
  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.#params.getAll(name).at(-1);
      if (value !== undefined && value !== "") return value;
    }
    return undefined;
  }

  /**
   * All values of all these names: repeated (`ids=a&ids=b`), comma-joined (`ids=a,b`), or in brackets
   * (`ids[]=a`, `ids[0]=a`), as different clients write lists.
   *
   * @returns `undefined` without a value
   */
  list(...names: readonly string[]): readonly string[] | undefined {
    const found: string[] = [];
    for (const [key, value] of this.#params) {
      const name = key.replace(/\[\d*\]$/, "");
      if (names.includes(name)) found.push(...value.split(",").map((one) => one.trim()));
    }
    const values = found.filter((value) => value !== "");
    return values.length === 0 ? undefined : values;
  }

  /** @throws HttpProblem 400 for anything but `true`, `false`, `1`, `0` */
  flag(...names: readonly string[]): boolean {
    const value = this.text(...names)?.toLowerCase();
    if (value === undefined || value === "false" || value === "0") return false;
    if (value === "true" || value === "1") return true;
    throw new HttpProblem(400, `\`${names[0]}\` is true or false, not ${JSON.stringify(value)}`);
  }

  /**
   * A whole number of 1 or more; what is over `most` becomes `most`, for clients that ask for everything by
   * asking for very many.
   *
   * @throws HttpProblem 400
   */
  count(name: string, byDefault: number, most: number): number {
    const value = this.text(name);
    if (value === undefined) return byDefault;
    if (!/^\d{1,15}$/.test(value) || Number(value) < 1) {
      throw new HttpProblem(400, `\`${name}\` is a whole number of 1 or more, not ${JSON.stringify(value)}`);
    }
    return Math.min(Number(value), most);
  }
}
