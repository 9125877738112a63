import { useMemo } from "react";
import { mismatchProblems } from "../../../../json-schema/mismatch-text.js";
import { findMismatches } from "../../../../json-schema/validate.js";
import type { JsonRecord } from "../types.js";

const MAX_PROBLEMS = 8;

/** Edits JSON as text, and says what in it is not what the schema describes. */
export function JsonEditor(props: {
  readonly schema: JsonRecord;
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const { schema, text, onChange } = props;
  const problems = useMemo(() => problemsOf(text, schema), [text, schema]);
  const isBroken = problems.length > 0;
  return (
    <>
      <label className="stack">
        <span>Payload</span>
        <textarea
          className="mono"
          rows={Math.min(26, Math.max(12, text.split("\n").length + 1))}
          spellCheck={false}
          aria-invalid={isBroken}
          aria-describedby="payload-problems"
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      </label>
      <div id="payload-problems" role="status" className={isBroken ? "problems" : "problems fits"}>
        {!isBroken && <p>The payload is what the schema describes.</p>}
        {problems.slice(0, MAX_PROBLEMS).map((problem) => (
          <p key={problem}>{problem}</p>
        ))}
        {problems.length > MAX_PROBLEMS && <p>and {problems.length - MAX_PROBLEMS} more</p>}
      </div>
    </>
  );
}

function problemsOf(text: string, schema: JsonRecord): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [`Not JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
  try {
    return findMismatches(value, schema).flatMap((mismatch) =>
      mismatchProblems([mismatch]).map(
        ({ path, message }) => `${path === "" ? "The payload" : path}: ${message}`,
      ),
    );
  } catch {
    return []; // such as a schema that is nothing but itself
  }
}
