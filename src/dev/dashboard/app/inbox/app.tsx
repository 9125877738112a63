import { useRoute } from "../hooks.js";
import { Icon } from "../parts/icon.js";
import type { Command } from "../parts/palette.js";
import { Shell } from "../parts/shell.js";
import { InboxDeadLetters } from "./dead-letters.js";
import { InboxEvents } from "./events.js";
import { InboxHealthView } from "./health.js";
import { useOverview } from "./use-records.js";

const views = [
  ["events", "Events"],
  ["dead", "Dead letters"],
  ["listeners", "Health"],
] as const;

/** Every state of a record, in the order of its lifecycle. */
const states = ["waiting", "running", "unmatched", "done", "dead"] as const;

/** The dashboard over an inbox. */
export function InboxApp() {
  const route = useRoute();
  const { overview, history, error, reload } = useOverview();
  const [requested = "events", argument] = route;
  const state = requested === "status" ? (argument ?? "") : "";
  const [view, title] = views.find(([id]) => id === requested) ?? views[0];
  const [, chosen, tab] = state === "" ? route : route.slice(1);
  const counts = overview?.counts ?? {};
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const nav = views.map(([id, name]) => (
    <div key={id}>
      <a href={`#/${id}`} aria-current={id === view && state === "" ? "page" : undefined}>
        <Icon name={id} />
        <span>{name}</span>
        {id === "events" && <span className="count">{total.toLocaleString("en")}</span>}
        {id === "dead" && (counts.dead ?? 0) > 0 && (
          <span className="count dead">{counts.dead?.toLocaleString("en")}</span>
        )}
      </a>
      {id === "events" && view === "events" && (
        <ul className="counts" aria-label="Counts">
          {states.map((name) => (
            <li key={name}>
              <a
                href={name === state ? "#/events" : `#/status/${name}`}
                aria-current={name === state ? "page" : undefined}
              >
                <span>{name}</span>{" "}
                <span className={`count ${(counts[name] ?? 0) > 0 ? name : ""}`}>
                  {(counts[name] ?? 0).toLocaleString("en")}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  ));
  return (
    <Shell
      product={
        overview === undefined ? "inbox" : `${overview.inbox}${overview.readOnly ? " · read-only" : ""}`
      }
      title={title}
      nav={nav}
      isConnected={error === undefined}
      commands={allCommands}
    >
      {error !== undefined && (
        <p className="note bad" role="alert">
          {error}
        </p>
      )}
      {view === "events" && (
        <InboxEvents
          state={state}
          states={states}
          chosen={chosen}
          tab={tab}
          isReadOnly={overview?.readOnly ?? true}
          total={total}
          onChange={() => void reload()}
        />
      )}
      {view === "dead" && (
        <InboxDeadLetters
          count={counts.dead ?? 0}
          isReadOnly={overview?.readOnly ?? true}
          onChange={() => void reload()}
        />
      )}
      {view === "listeners" && <InboxHealthView history={history} />}
    </Shell>
  );
}

function allCommands(): readonly Command[] {
  const goTo = (hash: string) => () => {
    location.hash = hash;
  };
  return [
    ...views.map(([id, title]) => ({ kind: "View", title, run: goTo(`#/${id}`) })),
    ...states.map((name) => ({ kind: "Events by state", title: name, run: goTo(`#/status/${name}`) })),
  ];
}
