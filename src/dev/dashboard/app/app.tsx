import { useEffect, useState, useSyncExternalStore } from "react";
import { events } from "./event-store.js";
import { useRoute } from "./hooks.js";
import { Icon } from "./parts/icon.js";
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

export function App() {
  const route = useRoute();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useSyncExternalStore(events.subscribe, events.snapshot);
  const [requested = "events", argument] = route;
  const [view, title] = views.find(([id]) => id === requested) ?? views[0];
  useEffect(() => {
    document.title = `${title} · earshot dev`;
  }, [title]);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
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
            <a key={id} href={`#/${id}`} aria-current={id === view ? "page" : undefined}>
              <Icon name={id} />
              <span>{name}</span>
              {id === "events" && events.rows.length > 0 && (
                <span className="count">{events.rows.length.toLocaleString("en")}</span>
              )}
            </a>
          ))}
        </nav>
        <div className="foot">
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
        {view === "events" && <Events chosen={argument} />}
        {view === "triggers" && <Triggers chosen={argument} />}
        {view === "fire" && <Fire chosen={argument} from={route[2]} />}
        {view === "deliveries" && <Deliveries />}
        {view === "listeners" && <Listeners />}
        {view === "dead" && <DeadLettersView />}
      </main>
    </div>
  );
}
