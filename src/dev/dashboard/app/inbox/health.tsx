import { ageText, momentText } from "../format.js";
import { Badge } from "../parts/badge.js";
import { Chart, type Point } from "../parts/chart.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { JsonTree } from "../parts/json-tree.js";
import type { OverviewResponse } from "../types.js";

/** The charts' time axis, as long as the history of the page. */
const CHART_MS = 300_000;
/** States that a record leaves again. */
const unfinished = ["waiting", "running", "unmatched"];

/** Rates of the inbox since the page was opened, the listener's health, its gaps and alerts. */
export function InboxHealthView({ history }: { readonly history: readonly OverviewResponse[] }) {
  const latest = history.at(-1);
  if (latest === undefined) return <p>Loading…</p>;
  const { health, notable, oldestPending, now } = latest;
  const perSecond = (of: (answer: OverviewResponse) => number): Point[] =>
    history.slice(1).map((answer, at) => {
      const before = history[at] as OverviewResponse;
      const seconds = Math.max(0.001, (answer.now - before.now) / 1_000);
      return { at: answer.now, value: Math.max(0, (of(answer) - of(before)) / seconds) };
    });
  const sum = (answer: OverviewResponse, states: readonly string[]) =>
    states.reduce((total, state) => total + (answer.counts[state] ?? 0), 0);
  const all = (answer: OverviewResponse) => sum(answer, Object.keys(answer.counts));
  const rate = (value: number) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
  const axis = { from: now - CHART_MS, to: now, slots: CHART_MS / 1_000 };
  return (
    <>
      <div className="charts">
        <Chart {...axis} title="Stored per second" unit="events/s" points={perSecond(all)} text={rate} />
        <Chart
          {...axis}
          title="Settled per second"
          unit="events/s"
          points={perSecond((answer) => sum(answer, ["done", "dead"]))}
          text={rate}
        />
        <Chart
          {...axis}
          title="Not finished"
          unit="events"
          points={history.map((answer) => ({ at: answer.now, value: sum(answer, unfinished) }))}
          text={(value) => Math.round(value).toLocaleString("en")}
        />
      </div>
      <section className="card" aria-labelledby="pending-title">
        <h2 id="pending-title">Pending</h2>
        <p className="muted">
          {oldestPending === null
            ? "No event waits."
            : `The oldest event that waits was received ${ageText(now - oldestPending)} ago.`}
        </p>
      </section>
      <section className="card" aria-labelledby="notable-title">
        <h2 id="notable-title">Gaps, alerts and errors</h2>
        {notable === null && (
          <Empty title="Only a listener reports them">
            Mount the dashboard in the listener's process to see its gaps, alerts and health:
            <pre>server.on("request", dashboard(listener, {"{ token }"}).nodeHandler);</pre>
            <CopyButton
              label="Copy"
              text={() => 'server.on("request", dashboard(listener, { token }).nodeHandler);'}
            />
          </Empty>
        )}
        {notable?.length === 0 && <Empty title="Nothing since this dashboard was created" />}
        <ul className="rows">
          {notable?.map(({ at, type, message }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its begin
            <li key={`${at} ${type} ${index}`}>
              <Badge tone={/raised|unfilled|error|failed|rejected|full|paused/.test(type) ? "bad" : "plain"}>
                {type}
              </Badge>
              <span className="grow">{message}</span>
              <time className="muted mono">{momentText(at)}</time>
            </li>
          ))}
        </ul>
      </section>
      {health !== null && (
        <section className="card" aria-labelledby="health-title">
          <h2 id="health-title">Health</h2>
          <JsonTree value={health} />
        </section>
      )}
    </>
  );
}
