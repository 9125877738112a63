import { useEffect, useState } from "react";
import { countText, spanText, timeText } from "../format.js";
import { useAnswer } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Chart } from "../parts/chart.js";
import { Empty } from "../parts/empty.js";
import type { ListenersAnswer } from "../types.js";

/** Nothing heard for so long, and it is taken for gone. */
const GONE_MS = 15_000;

/** Who listens, how they are, and how much goes through. */
export function Listeners() {
  const { answer, reload } = useAnswer<ListenersAnswer>("listeners", (sight) => sight.type !== "attempt");
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      tick((count) => count + 1);
      void reload();
    }, 2_000);
    return () => clearInterval(timer);
  }, [reload]);
  if (answer === undefined) return <p>Loading…</p>;
  const { connections, listeners, seconds, now } = answer;
  return (
    <>
      <div className="charts">
        <Chart
          title="Fired a second"
          seconds={seconds}
          now={now}
          of={({ fired }) => fired}
          text={(value) => String(value)}
        />
        <Chart
          title="Done a second"
          seconds={seconds}
          now={now}
          of={({ done }) => done}
          text={(value) => String(value)}
        />
        <Chart
          title="Fired to done"
          seconds={seconds}
          now={now}
          of={({ meanMs }) => meanMs}
          text={spanText}
        />
      </div>
      <section className="card" aria-labelledby="listeners-title">
        <h2 id="listeners-title">Listeners</h2>
        {listeners.length === 0 && (
          <Empty title="No listener has told of itself">
            Start one with COMPOSIO_BASE_URL set to {location.origin}, or run <code>earshot listen</code>.
          </Empty>
        )}
        <ul className="rows">
          {listeners.map(({ about, lastSeenAt, done, failed, dead }) => {
            const gone =
              now - lastSeenAt > GONE_MS || about.state === "stopped" || about.state === "stopping";
            return (
              <li key={about.id}>
                <div className="grow">
                  <strong>Process {about.pid}</strong>{" "}
                  <span className="muted mono">{about.id.slice(0, 8)}</span>
                  <p className="chips">
                    {about.filters.length === 0 && <span className="muted">no callbacks</span>}
                    {about.filters.map((filter, at) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: two callbacks may ask for the same
                      <code key={at}>{filter}</code>
                    ))}
                  </p>
                  <p className="muted">
                    {countText(done, "done", "done")} · {countText(failed, "failed try", "failed tries")} ·{" "}
                    {countText(dead, "dead", "dead")} · {countText(about.running, "running", "running")} ·{" "}
                    {about.inbox} inbox · last heard of at {timeText(lastSeenAt)}
                  </p>
                </div>
                <Badge tone={gone ? "plain" : about.healthy ? "good" : "warn"}>
                  {gone ? "gone" : about.healthy ? "healthy" : about.state}
                </Badge>
              </li>
            );
          })}
        </ul>
      </section>
      <section className="card" aria-labelledby="connections-title">
        <h2 id="connections-title">Connections</h2>
        {connections.length === 0 && <Empty title="No socket is connected" />}
        <ul className="rows">
          {connections.map(({ socketId, channels, connectedAt, client, sent }) => (
            <li key={socketId}>
              <div className="grow">
                <strong className="mono">{socketId}</strong> <span className="muted">{client}</span>
                <p className="muted mono wrap">{channels.join(", ") || "no channel"}</p>
              </div>
              <span className="muted">
                since {timeText(connectedAt)} · {countText(sent, "event")} sent
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
