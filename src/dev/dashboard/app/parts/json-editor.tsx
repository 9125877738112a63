import { lazy, Suspense, useMemo } from "react";
import type { JsonRecord } from "../types.js";
import { mismatchesIn } from "./payload-problems.js";

const MAX_PROBLEMS = 8;
const LABEL = "Payload";

/** A separate bundle, loaded with the first payload that is edited. */
const CodeEditor = lazy(() => import("./editor/code-editor.js"));

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
      <div className="stack">
        <span aria-hidden="true">{LABEL}</span>
        <Suspense fallback={<pre className="code-editor">{text}</pre>}>
          <CodeEditor {...{ schema, text, onChange }} label={LABEL} />
        </Suspense>
      </div>
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
  try {
    return mismatchesIn(text, schema).map(
      ({ path, message }) => `${path === "" ? "The payload" : path}: ${message}`,
    );
  } catch (error) {
    return [`Not JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
}
