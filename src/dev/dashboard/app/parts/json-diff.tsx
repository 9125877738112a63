import { expressionPath } from "./json-tree.js";

/** A member that two values do not have alike; undefined where one does not have it. */
export interface Difference {
  readonly path: readonly (string | number)[];
  readonly before: unknown;
  readonly after: unknown;
}

const MAX_DIFFERENCES = 500;

/** The members by which two JSON values differ, each once, at the deepest level. */
export function differences(
  before: unknown,
  after: unknown,
  path: readonly (string | number)[] = [],
): Difference[] {
  const isObject = (value: unknown) => typeof value === "object" && value !== null;
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.flatMap((name) => {
      const key = Array.isArray(before) ? Number(name) : name;
      const of = (value: Record<string, unknown>) => (Object.hasOwn(value, name) ? value[name] : undefined);
      return differences(of(a), of(b), [...path, key]);
    });
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** What differs between the payloads of two events. */
export function JsonDiff({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const found = differences(before, after);
  if (found.length === 0) return <p className="muted">The payloads are equal.</p>;
  return (
    <>
      <table className="diff" aria-label="Differences">
        <thead>
          <tr className="muted">
            <th>Member</th>
            <th>Other event</th>
            <th>This event</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, MAX_DIFFERENCES).map(({ path, before: old, after: now }) => (
            <tr className="mono" key={expressionPath(path)}>
              <td>{expressionPath(path) || "(the whole)"}</td>
              <td className="removed">{old === undefined ? "–" : JSON.stringify(old)}</td>
              <td className="added">{now === undefined ? "–" : JSON.stringify(now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > MAX_DIFFERENCES && <p className="muted">and {found.length - MAX_DIFFERENCES} more</p>}
    </>
  );
}
