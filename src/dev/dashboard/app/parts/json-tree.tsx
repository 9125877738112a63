/** A JSON value as a tree that opens and closes. Text is shown as text, whatever is in it. */
export function JsonTree({
  value,
  name,
  depth = 0,
}: {
  readonly value: unknown;
  readonly name?: string;
  readonly depth?: number;
}) {
  const label = name === undefined ? null : <span className="json-key">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? "null" : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0)
    return (
      <div className="json-leaf">
        {label}
        {open}
        {close}
      </div>
    );
  return (
    <details className="json" open={depth < 2}>
      <summary>
        {label}
        <span className="muted">
          {open} {entries.length} {close}
        </span>
      </summary>
      {entries.slice(0, 500).map(([key, member]) => (
        <JsonTree key={key} name={key} value={member} depth={depth + 1} />
      ))}
      {entries.length > 500 && <p className="muted">and {entries.length - 500} more</p>}
    </details>
  );
}
