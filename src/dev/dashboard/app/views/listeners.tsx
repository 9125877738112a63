import { useEffect, useState } from "react";
import { countText, durationText, timeOfDay } from "../format.js";
import { Badge } from "../parts/badge.js";
import { Chart } from "../parts/chart.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import type { ListenersResponse, Second } from "../types.js";
import { useQuery } from "../use-query.js";

/** A listener without a report for this time is shown as offline. */
const OFFLINE_AFTER_MS = 15_000;

const CHART_SECONDS = 120;

const startListener = [
  `export COMPOSIO_BASE_URL=${location.origin}`,
  "export COMPOSIO_API_KEY=local",
  "earshot listen",
].join("\n");

const charts: readonly {
  readonly title: string;
  readonly unit: string;
  readonly of: (second: Second) => number | undefined;
  readonly text: (value: number) => string;
}[] = [
  { title: "Fired per second", unit: "events/s", of: ({ fired }) => fired, text: wholeText },
  { title: "Done per second", unit: "events/s", of: ({ done }) => done, text: wholeText },
  { title: "Fired to done", unit: "mean of each second", of: ({ meanMs }) => meanMs, text: durationText },
];

function wholeText(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

/** Throughput and latency, the listeners and their health, the WebSocket connections. */
export function Listeners() {
  const { data, reload } = useQuery<ListenersResponse>("listeners", (update) => update.type !== "attempt");
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      tick((count) => count + 1);
      void reload();
    }, 2_000);
    return () => clearInterval(timer);
  }, [reload]);
  if (data === undefined) return <p>Loading…</p>;
  const { connections, listeners, seconds, now } = data;
  return (
    <>
      <div className="charts">
        {charts.map(({ title, unit, of, text }) => (
          <Chart
            key={title}
            {...{ title, unit, text, slots: CHART_SECONDS }}
            from={now - CHART_SECONDS * 1_000}
            to={now}
            points={seconds.flatMap((second) => {
              const value = of(second);
              return value === undefined ? [] : [{ at: second.at * 1_000, value }];
            })}
          />
        ))}
      </div>
      <section className="card" aria-labelledby="listeners-title">
        <h2 id="listeners-title">Listeners</h2>
        {listeners.length === 0 && (
          <Empty title="No listener has reported yet">
            Start your agent with these two variables, or run the last line to print the events:
            <pre tabIndex={0} aria-label="Commands">
              {startListener}
            </pre>
            <CopyButton label="Copy" text={() => startListener} />
          </Empty>
        )}
        <ul className="rows">
          {listeners.map(({ about, lastSeenAt, done, failed, dead }) => {
            const offline =
              now - lastSeenAt > OFFLINE_AFTER_MS || about.state === "stopped" || about.state === "stopping";
            return (
              <li key={about.id}>
                <div className="grow">
                  <strong>Process {about.pid}</strong>{" "}
                  <span className="muted mono">{about.id.slice(0, 8)}</span>
                  <p className="chips">
                    {about.filters.length === 0 && <span className="muted">no callbacks</span>}
                    {about.filters.map((filter, at) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: two callbacks may have the same filter
                      <code key={at}>{filter}</code>
                    ))}
                  </p>
                  <p className="muted">
                    {countText(done, "done", "done")} · {countText(failed, "failed attempt")} ·{" "}
                    {countText(dead, "dead-lettered", "dead-lettered")} ·{" "}
                    {countText(about.running, "running", "running")} · {about.inbox} inbox · last report at{" "}
                    {timeOfDay(lastSeenAt)}
                  </p>
                </div>
                <Badge tone={offline ? "plain" : about.healthy ? "good" : "warn"}>
                  {offline ? "offline" : about.healthy ? "healthy" : about.state}
                </Badge>
              </li>
            );
          })}
        </ul>
      </section>
      <section className="card" aria-labelledby="connections-title">
        <h2 id="connections-title">Connections</h2>
        {connections.length === 0 && (
          <Empty title="No WebSocket is connected">
            A listener without <code>websocket: false</code> connects when it starts.
          </Empty>
        )}
        <ul className="rows">
          {connections.map(({ socketId, channels, connectedAt, client, sent }) => (
            <li key={socketId}>
              <div className="grow">
                <strong className="mono">{socketId}</strong> <span className="muted">{client}</span>
                <p className="muted mono wrap">{channels.join(", ") || "no channel"}</p>
              </div>
              <span className="muted">
                since {timeOfDay(connectedAt)} · {countText(sent, "event")} sent
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
