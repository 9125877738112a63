import { useAnswer } from "../hooks.js";
import { CopyButton } from "../parts/copy-button.js";
import { Icon } from "../parts/icon.js";
import type { StateAnswer } from "../types.js";

/** What to do while nothing has fired yet: three steps, each ticked off as it is done. */
export function GetStarted() {
  const { answer } = useAnswer<StateAnswer>("state", ({ type }) => type === "changed");
  const enabled = (answer?.instances ?? []).filter(({ disabledAt }) => disabledAt === null);
  const heard = (answer?.connections.length ?? 0) > 0 || (answer?.webhook ?? null) !== null;
  const name = enabled[0]?.triggerName;
  const surroundings = `export COMPOSIO_BASE_URL=${location.origin}\nexport COMPOSIO_API_KEY=local`;
  return (
    <div className="start">
      <h2>Nothing has fired yet</h2>
      <p className="muted">A platform runs on this machine. Three steps, and your agent hears from it:</p>
      <ol>
        <li className={name === undefined ? "" : "ticked"}>
          <Tick done={name !== undefined} number={1} />
          <div>
            <strong>Enable a trigger</strong>
            <p className="muted">
              {name ?? "A star on a repository, a message, a payment: see the catalog."}
            </p>
            <a className={`button ${name === undefined ? "" : "quiet"}`} href="#/triggers">
              {name === undefined ? "Choose one" : "Another one"}
            </a>
          </div>
        </li>
        <li className={heard ? "ticked" : ""}>
          <Tick done={heard} number={2} />
          <div>
            <strong>Start your agent</strong>
            <p className="muted">
              With these two set; or run <code>earshot listen</code> to see what it would hear.
            </p>
            <pre tabIndex={0} aria-label="What your agent needs">
              {surroundings}
            </pre>
            <CopyButton label="Copy" text={() => surroundings} />
          </div>
        </li>
        <li>
          <Tick done={false} number={3} />
          <div>
            <strong>Fire it</strong>
            <p className="muted">A sample payload is filled in for you. Then watch it go its way, here.</p>
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
