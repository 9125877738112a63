import { useMemo, useSyncExternalStore } from "react";
import { events } from "./event-store.js";
import { useRoute } from "./hooks.js";
import { statuses } from "./parts/badge.js";
import type { Command } from "./parts/palette.js";
import { Shell } from "./parts/shell.js";
import { ViewNav } from "./parts/view-nav.js";
import type { EventStatus } from "./types.js";
import { Agents } from "./views/agents.js";
import { DeadLettersView } from "./views/dead-letters.js";
import { Deliveries } from "./views/deliveries.js";
import { Events } from "./views/events.js";
import { Fire } from "./views/fire.js";
import { Listeners } from "./views/listeners.js";
import { Triggers } from "./views/triggers.js";

const views = [
  ["events", "Events"],
  ["triggers", "Triggers"],
  ["fire", "Fire"],
  ["agents", "Agents"],
  ["deliveries", "Deliveries"],
  ["listeners", "Listeners"],
  ["dead", "Dead letters"],
] as const;

/** Events in the palette, newest first. */
const MAX_PALETTE_EVENTS = 200;

/** The dashboard of the local platform. */
export function App() {
  const route = useRoute();
  const version = useSyncExternalStore(events.subscribe, events.snapshot);
  const [requested = "events", argument] = route;
  const status = requested === "status" ? (argument ?? "") : "";
  const [view, title] = views.find(([id]) => id === requested) ?? views[0];
  const counts = useMemo(() => events.counts(), [version]);
  const [, chosen, tab] = status === "" ? route : route.slice(1);
  const nav = (
    <ViewNav
      {...{ views, view, status }}
      statuses={statuses.filter((name) => (counts.get(name) ?? 0) > 0 || name === status)}
      total={events.rows.length}
      countOf={(name) => counts.get(name as EventStatus) ?? 0}
    />
  );
  return (
    <Shell product="dev" title={title} nav={nav} isConnected={events.connected} commands={allCommands}>
      {view === "events" && <Events status={status} chosen={chosen} tab={tab} />}
      {view === "triggers" && <Triggers chosen={argument} />}
      {view === "fire" && <Fire chosen={argument} from={route[2]} />}
      {view === "agents" && <Agents />}
      {view === "deliveries" && <Deliveries />}
      {view === "listeners" && <Listeners />}
      {view === "dead" && <DeadLettersView />}
    </Shell>
  );
}

function allCommands(): readonly Command[] {
  const goTo = (hash: string) => () => {
    location.hash = hash;
  };
  const names = [...new Set(events.rows.map(({ triggerName }) => triggerName))];
  return [
    ...views.map(([id, title]) => ({ kind: "View", title, run: goTo(`#/${id}`) })),
    ...statuses.map((name) => ({ kind: "Events by status", title: name, run: goTo(`#/status/${name}`) })),
    ...names.map((name) => ({ kind: "Fire", title: name, run: goTo(`#/fire/${name}`) })),
    ...events.rows
      .slice(-MAX_PALETTE_EVENTS)
      .reverse()
      .map(({ id, summary, triggerName }) => ({
        kind: "Event",
        title: `${summary === "" ? triggerName : summary} · ${id}`,
        run: goTo(`#/events/${encodeURIComponent(id)}`),
      })),
  ];
}
