import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import type { StateResponse } from "../types.js";
import { useQuery } from "../use-query.js";

/** Three steps to the first event, each checked off when it is done. Shown while the log is empty. */
export function GetStarted() {
  const { data } = useQuery<StateResponse>("state", ({ type }) => type === "changed");
  const enabled = (data?.instances ?? []).filter(({ disabledAt }) => disabledAt === null);
  const hasReceiver = (data?.connections.length ?? 0) > 0 || (data?.webhook ?? null) !== null;
  const name = enabled[0]?.triggerName;
  const environment = `export COMPOSIO_BASE_URL=${location.origin}\nexport COMPOSIO_API_KEY=local`;
  return (
    <div className="start">
      <h2>No events yet</h2>
      <p className="muted">The local platform is running. Three steps to the first event:</p>
      <ol>
        <li className={name === undefined ? "" : "ticked"}>
          <Tick done={name !== undefined} number={1} />
          <div>
            <strong>Enable a trigger</strong>
            <p className="muted">{name ?? "For example a star on a repository, a message or a payment."}</p>
            <a className={`button ${name === undefined ? "" : "quiet"}`} href="#/triggers">
              {name === undefined ? "Choose one" : "Another one"}
            </a>
          </div>
        </li>
        <li className={hasReceiver ? "ticked" : ""}>
          <Tick done={hasReceiver} number={2} />
          <div>
            <strong>Start your agent</strong>
            <p className="muted">
              Set these two variables, or run <code>earshot listen</code> to print the events.
            </p>
            <pre tabIndex={0} aria-label="Environment variables">
              {environment}
            </pre>
            <CopyButton label="Copy" text={() => environment} />
          </div>
        </li>
        <li>
          <Tick done={false} number={3} />
          <div>
            <strong>Fire it</strong>
            <p className="muted">A sample payload is filled in for you. Its timeline then appears here.</p>
            <a
              className={`button ${name === undefined ? "quiet" : ""}`}
              href={name === undefined ? "#/fire" : `#/fire/${name}`}
            >
              Fire
            </a>
          </div>
        </li>
      </ol>
    </div>
  );
}

function Tick({ done, number }: { readonly done: boolean; readonly number: number }) {
  return (
    <span className="tick">
      {done ? <Icon name="check" /> : number}
      {done && <span className="hidden">Done: </span>}
    </span>
  );
}
