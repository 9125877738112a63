import { useState } from "react";
import { isSecretName } from "../secrets.js";
import { CopyButton } from "./copy-button.js";
import { Secret } from "./secret.js";

/** Members shown of one object or list. */
const MAX_MEMBERS = 500;
const OPEN_DEPTH = 2;

/** The path of a member as an expression names it: `issue.labels[0].name`. */
export function expressionPath(path: readonly (string | number)[]): string {
  return path
    .map((key, at) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
        ? `${at === 0 ? "" : "."}${key}`
        : `[${JSON.stringify(key)}]`;
    })
    .join("");
}

interface Node {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  /** In lower case; "" where nothing is searched. */
  readonly search: string;
  /** Whether all objects are open or closed; undefined: the first levels are open. */
  readonly isOpen: boolean | undefined;
}

/** A JSON value as a tree with a search. Text is shown as text, whatever is in it. */
export function JsonTree({ value }: { readonly value: unknown }) {
  const [search, setSearch] = useState("");
  const [fold, setFold] = useState<{ readonly isOpen: boolean; readonly number: number }>();
  const found = search === "" ? undefined : countMatches(value, search.toLowerCase());
  return (
    <div className="json-box">
      <div className="bar json-bar">
        <label className="grow">
          <span className="hidden">Search the payload</span>
          <input
            type="text"
            placeholder="Search names and values"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        </label>
        {found !== undefined && (
          <span className="muted" role="status">
            {found === 1 ? "1 match" : `${found} matches`}
          </span>
        )}
        {([true, false] as const).map((isOpen) => (
          <button
            type="button"
            className="quiet"
            key={String(isOpen)}
            onClick={() => setFold({ isOpen, number: (fold?.number ?? 0) + 1 })}
          >
            {isOpen ? "Unfold all" : "Fold all"}
          </button>
        ))}
      </div>
      <JsonNode
        key={`${fold?.number} ${search !== ""}`}
        value={value}
        path={[]}
        search={search.toLowerCase()}
        isOpen={search === "" ? fold?.isOpen : true}
      />
    </div>
  );
}

function JsonNode({ value, path, search, isOpen }: Node) {
  const name = path.at(-1);
  const label =
    name === undefined ? null : (
      <span className={`json-key ${search !== "" && matches(name, search) ? "json-match" : ""}`}>
        {name}:{" "}
      </span>
    );
  const copy = path.length > 0 && (
    <span className="json-copy">
      <CopyButton label={`Copy path ${expressionPath(path)}`} text={() => expressionPath(path)} isSmall />
    </span>
  );
  if (typeof value !== "object" || value === null) {
    const isMatch = search !== "" && matches(value, search);
    return (
      <div className="json-leaf">
        {label}
        {typeof value === "string" && value !== "" && isSecretName(String(name)) ? (
          <Secret label={String(name)} value={JSON.stringify(value)} />
        ) : (
          <span className={`json-${value === null ? "null" : typeof value} ${isMatch ? "json-match" : ""}`}>
            {JSON.stringify(value)}
          </span>
        )}
        {copy}
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0)
    return (
      <div className="json-leaf">
        {label}
        {open}
        {close}
        {copy}
      </div>
    );
  return (
    <details className="json" open={isOpen ?? path.length < OPEN_DEPTH}>
      <summary>
        {label}
        <span className="muted">
          {open} {entries.length} {close}
        </span>
      </summary>
      {entries.slice(0, MAX_MEMBERS).map(([key, member]) => (
        <JsonNode
          key={key}
          value={member}
          path={[...path, isList ? Number(key) : key]}
          search={search}
          isOpen={isOpen}
        />
      ))}
      {entries.length > MAX_MEMBERS && <p className="muted">and {entries.length - MAX_MEMBERS} more</p>}
    </details>
  );
}

function matches(value: unknown, search: string): boolean {
  return String(value).toLowerCase().includes(search);
}

function countMatches(value: unknown, search: string): number {
  if (typeof value !== "object" || value === null) return matches(value, search) ? 1 : 0;
  return Object.entries(value).reduce(
    (sum, [name, member]) =>
      sum + (!Array.isArray(value) && matches(name, search) ? 1 : 0) + countMatches(member, search),
    0,
  );
}
