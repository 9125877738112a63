import { countText } from "../format.js";
import { Badge } from "./badge.js";

/** One run of a callback, with its error and stack. */
export function AttemptRow(props: {
  readonly name: string;
  readonly hasFailed: boolean;
  /** When it ran, which attempt it was. */
  readonly details: string;
  readonly message?: string | undefined;
  readonly stack?: string | null | undefined;
}) {
  const { name, hasFailed, details, message, stack } = props;
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
      </div>
    </li>
  );
}
