import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { events } from "./event-store.js";
import { useRoute } from "./hooks.js";
import { statuses } from "./parts/badge.js";
import { Icon } from "./parts/icon.js";
import { type Command, Palette } from "./parts/palette.js";
import { useShortcuts } from "./shortcuts.js";
import { applyTheme, storedTheme, type Theme } from "./theme.js";
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
  ["deliveries", "Deliveries"],
  ["listeners", "Listeners"],
  ["dead", "Dead letters"],
] as const;

/** Events in the palette, newest first. */
const MAX_PALETTE_EVENTS = 200;

export function App() {
  const route = useRoute();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const version = useSyncExternalStore(events.subscribe, events.snapshot);
  const [requested = "events", argument] = route;
  const status = requested === "status" ? (argument ?? "") : "";
  const [view, title] = views.find(([id]) => id === requested) ?? views[0];
  useEffect(() => {
    document.title = `${title} · earshot dev`;
  }, [title]);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  useShortcuts(() => setPaletteOpen(true));
  const commands = useMemo(() => (isPaletteOpen ? commandsFor(choose) : []), [isPaletteOpen]);
  const counts = useMemo(() => events.counts(), [version]);
  const [, chosen, tab] = status === "" ? route : route.slice(1);
  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(click) => {
          click.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <header className="side">
        <p className="brand">
          <img src="/dashboard/ear.svg" alt="" width="28" height="28" />
          <span>
            earshot <b>dev</b>
          </span>
        </p>
        <nav aria-label="Views">
          {views.map(([id, name]) => (
            <div key={id}>
              <a href={`#/${id}`} aria-current={id === view && status === "" ? "page" : undefined}>
                <Icon name={id} />
                <span>{name}</span>
                {id === "events" && events.rows.length > 0 && (
                  <span className="count">{events.rows.length.toLocaleString("en")}</span>
                )}
                {id === "dead" && (counts.get("dead") ?? 0) > 0 && (
                  <span className="count dead">
                    {counts.get("dead")?.toLocaleString("en")}
                    <span className="hidden"> dead-lettered</span>
                  </span>
                )}
              </a>
              {id === "events" && view === "events" && (
                <ul className="counts" aria-label="Events by status">
                  {statuses
                    .filter((name) => (counts.get(name) ?? 0) > 0 || name === status)
                    .map((name) => (
                      <li key={name}>
                        <a
                          href={name === status ? "#/events" : `#/status/${name}`}
                          aria-current={name === status ? "page" : undefined}
                        >
                          <span>{name}</span>
                          <span className={`count ${name}`}>
                            {(counts.get(name) ?? 0).toLocaleString("en")}
                          </span>
                        </a>
                      </li>
                    ))}
                </ul>
              )}
            </div>
          ))}
        </nav>
        <div className="foot">
          <button type="button" className="quiet palette-button" onClick={() => setPaletteOpen(true)}>
            <span>Go to…</span>
            <kbd>Ctrl K</kbd>
          </button>
          <p className={events.connected ? "connection on" : "connection off"} role="status">
            {events.connected ? "Connected" : "Disconnected"}
          </p>
          <label className="theme">
            <span>Theme</span>
            <select value={theme} onChange={({ target }) => choose(target.value as Theme)}>
              <option value="system">System</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </select>
          </label>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <h1>{title}</h1>
        {view === "events" && <Events status={status} chosen={chosen} tab={tab} />}
        {view === "triggers" && <Triggers chosen={argument} />}
        {view === "fire" && <Fire chosen={argument} from={route[2]} />}
        {view === "deliveries" && <Deliveries />}
        {view === "listeners" && <Listeners />}
        {view === "dead" && <DeadLettersView />}
      </main>
      {isPaletteOpen && <Palette commands={commands} onClose={() => setPaletteOpen(false)} />}
    </div>
  );
}

function commandsFor(choose: (theme: Theme) => void): readonly Command[] {
  const goTo = (hash: string) => () => {
    location.hash = hash;
  };
  const names = [...new Set(events.rows.map(({ triggerName }) => triggerName))];
  return [
    ...views.map(([id, title]) => ({ kind: "View", title, run: goTo(`#/${id}`) })),
    ...statuses.map((name) => ({ kind: "Events by status", title: name, run: goTo(`#/status/${name}`) })),
    ...names.map((name) => ({ kind: "Fire", title: name, run: goTo(`#/fire/${name}`) })),
    ...(["system", "light", "dark"] as const).map((name) => ({
      kind: "Theme",
      title: name,
      run: () => choose(name),
    })),
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
