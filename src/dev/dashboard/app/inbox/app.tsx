import { useRoute } from "../hooks.js";
import type { Command } from "../parts/palette.js";
import { Shell } from "../parts/shell.js";
import { ViewNav } from "../parts/view-nav.js";
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
  const { overview, history, error, reload, change } = useOverview();
  const [requested = "events", argument] = route;
  const state = requested === "status" ? (argument ?? "") : "";
  const [view, title] = views.find(([id]) => id === requested) ?? views[0];
  const [, chosen, tab] = state === "" ? route : route.slice(1);
  const counts = overview?.counts ?? {};
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const nav = (
    <ViewNav
      {...{ views, view, total }}
      statuses={states}
      status={state}
      countOf={(name) => counts[name] ?? 0}
    />
  );
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
          changes={change}
          onChange={() => void reload()}
        />
      )}
      {view === "dead" && (
        <InboxDeadLetters
          count={counts.dead ?? 0}
          changes={change}
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
