import { countText, timeOfDay } from "../format.js";
import type { CallbackLog } from "../types.js";
import { Badge, type Tone } from "./badge.js";

type Line = CallbackLog["lines"][number];

const tones: Readonly<Record<Line["level"], Tone>> = {
  ...{ debug: "plain", info: "info", warn: "warn", error: "bad" },
};

/** One run of a callback, with its error, its stack, and what it wrote to the console. */
export function AttemptRow(props: {
  readonly name: string;
  readonly hasFailed: boolean;
  /** When it ran, which attempt it was. */
  readonly details: string;
  readonly message?: string | undefined;
  readonly stack?: string | null | undefined;
  /** Oldest first. Absent where they are not recorded. */
  readonly logs?: readonly Line[] | undefined;
}) {
  const { name, hasFailed, details, message, stack, logs = [] } = props;
  return (
    <li>
      <div className="grow">
        <strong>{name}</strong>{" "}
        <Badge tone={hasFailed ? "bad" : "good"}>{hasFailed ? "failed" : "done"}</Badge>
        <p className="muted">{details}</p>
        {message !== undefined && <p className="error">{message}</p>}
        {stack != null && (
          <details>
            <summary>{countText(stack.split("\n").length - 1, "line")} of stack</summary>
            <pre tabIndex={0} aria-label="Stack">
              {stack}
            </pre>
          </details>
        )}
        {logs.length > 0 && (
          <details open>
            <summary>{countText(logs.length, "line")} logged</summary>
            <ol className="log-lines mono" aria-label="Logged">
              {logs.map(({ at, level, text }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and the list never changes
                <li key={index}>
                  <time className="muted">{timeOfDay(at)}</time> <Badge tone={tones[level]}>{level}</Badge>{" "}
                  <span className="log-text">{text}</span>
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </li>
  );
}
