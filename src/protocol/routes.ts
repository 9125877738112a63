import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";

/** Methods that the platform's REST API uses. */
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The names in a path template: `"triggerId"` for `/instance/{triggerId}/status`. */
export type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

/** One call of the REST API. Both sides read it: the client fills the path, the local platform matches it. */
export interface ApiRoute<Path extends string = string> {
  readonly method: Method;
  /** Path from the origin, with `{name}` where a parameter stands. */
  readonly path: Path;
  /**
   * Whether a second call with the same content leaves the platform as one call does, so that a call whose
   * answer was lost may be sent again.
   */
  readonly repeatable: boolean;
}

/**
 * A route. GET, PATCH and DELETE are repeatable here (RFC 9110, 9.2.2, and the only PATCHes are those that set
 * a state); a POST is so only where it is said.
 */
export function route<const Path extends string>(
  method: Method,
  path: Path,
  repeatable: boolean = method !== "POST",
): ApiRoute<Path> {
  return { method, path, repeatable };
}

/**
 * The path of a call, every parameter percent-encoded.
 *
 * @throws EarshotError ERR_OPTION for an empty parameter, or one that a URL would swallow (`.`, `..`): the
 *   call would reach another route than the one that was meant
 */
export function routePath<Path extends string>(
  at: ApiRoute<Path>,
  params: Readonly<Record<ParamsOf<Path>, string>>,
): string {
  const values = params as Readonly<Record<string, unknown>>;
  return at.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (typeof value !== "string" || value.trim() === "" || value === "." || value === "..") {
      throw new EarshotError("ERR_OPTION", `\`${name}\` is no usable id or name: ${shownValue(value)}.`);
    }
    return encodeURIComponent(value);
  });
}
