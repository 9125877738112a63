import { useCallback, useEffect, useState } from "react";
import { api } from "../api.js";
import { durationText, momentText } from "../format.js";
import { errorMessage, useAction } from "../hooks.js";
import { AppMark } from "../parts/app-mark.js";
import { Badge, StatusBadge } from "../parts/badge.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { JsonTree } from "../parts/json-tree.js";
import { NoticeText } from "../parts/notice.js";
import { Tabs } from "../parts/tabs.js";
import { type Bar, Waterfall } from "../parts/waterfall.js";
import type { RecordResponse } from "../types.js";

/** One record: its payload, timeline, request and failures. */
export function RecordDetails(props: {
  readonly id: string;
  readonly base: string;
  readonly tab: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: () => void;
}) {
  const { id, base, tab, isReadOnly, onChange } = props;
  const [data, setData] = useState<RecordResponse>();
  const [error, setError] = useState<string>();
  const load = useCallback(async () => {
    try {
      setData(await api<RecordResponse>("GET", `records/${encodeURIComponent(id)}`));
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
  }, [id]);
  useEffect(() => void load(), [load]);
  const { run, busy, notice } = useAction();
  if (data === undefined)
    return (
      <section className="card detail" aria-label="Event">
        <p>{error ?? "Loading…"}</p>
      </section>
    );
  const { row } = data;
  const change = (what: "replay" | "drop") =>
    run(async () => {
      const { changed } = await api<{ changed: number }>("POST", what, { ids: [id] });
      if (changed === 0) throw new Error("Nothing was changed: another process has the record.");
      onChange();
      if (what === "replay") await load();
      return what === "replay" ? "Replayed: a listener of this inbox runs it again." : "Dropped.";
    });
  const failure = data.failures.at(-1);
  return (
    <section className="card detail" aria-label="Event">
      <div className="head">
        <div className="detail-title">
          <AppMark name={row.appName} />
          <div>
            <h2>{row.summary === "" ? row.triggerName : row.summary}</h2>
            <p className="muted">
              <StatusBadge status={row.state} /> <span className="mono">{row.triggerName}</span>
            </p>
          </div>
        </div>
        <a className="button quiet square" href={base} data-close aria-label="Close the event">
          <Icon name="close" />
        </a>
      </div>
      <Facts data={data} />
      {row.state === "dead" && (
        <div className="failure">
          <p>
            <strong>Dead-lettered</strong> {failure?.callback != null && <code>{failure.callback}</code>}{" "}
            {failure?.message}
          </p>
          {!isReadOnly && (
            <button type="button" disabled={busy} onClick={() => void change("replay")}>
              Replay
            </button>
          )}
        </div>
      )}
      {!isReadOnly && row.state !== "running" && row.state !== "waiting" && (
        <div className="actions small">
          {row.state !== "dead" && (
            <button type="button" className="quiet" disabled={busy} onClick={() => void change("replay")}>
              Replay
            </button>
          )}
          <button type="button" className="quiet danger" disabled={busy} onClick={() => void change("drop")}>
            Drop
          </button>
        </div>
      )}
      <NoticeText notice={notice} />
      <Tabs
        label="Event"
        chosen={tab}
        onChoose={(next) => location.replace(`${base}/${encodeURIComponent(id)}/${next}`)}
        tabs={[
          { id: "payload", title: "Payload", content: () => <Payload data={data} /> },
          {
            id: "timeline",
            title: "Timeline",
            content: () => <Waterfall bars={barsOf(data)} startAt={row.receivedAt} />,
          },
          { id: "request", title: "Request", content: () => <Request data={data} /> },
          {
            id: "attempts",
            title: "Attempts",
            count: data.failures.length,
            content: () => <Failures data={data} />,
          },
        ]}
      />
    </section>
  );
}

function Facts({ data: { row, dueAt, orderKey, done } }: { readonly data: RecordResponse }) {
  const facts: readonly (readonly [name: string, value: string])[] = [
    ["Event", row.id],
    ["Received", momentText(row.receivedAt)],
    ["Settled", row.settledAt === null ? "–" : momentText(row.settledAt)],
    ["Source", `${row.source}, ${row.provider}`],
    ["Attempts", String(row.attempts)],
    ...(row.state === "waiting" ? [["Runs at", momentText(dueAt)] as const] : []),
    ...(orderKey === null ? [] : [["Order key", orderKey] as const]),
    ...(done.length === 0 ? [] : [["Done", done.join(", ")] as const]),
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Payload({ data }: { readonly data: RecordResponse }) {
  return (
    <>
      <div className="actions small">
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(data.payload, undefined, 2)} />
        <CopyButton label="Copy the body" text={() => data.body} />
      </div>
      <JsonTree value={data.payload} />
    </>
  );
}

function barsOf({ row, failures, steps }: RecordResponse): Bar[] {
  const bars: Bar[] = [
    { title: `Received, from ${row.source}`, tone: "info", from: row.receivedAt, to: row.receivedAt },
  ];
  for (const { callback, attempt, at, message } of failures) {
    const title = `${callback ?? "The delivery"} failed, attempt ${attempt}`;
    bars.push({ title, tone: "warn", from: at, to: at, detail: message });
  }
  for (const { callback, name, at } of steps) {
    bars.push({ title: `Step ${name}`, tone: "plain", from: at, to: at, detail: callback, level: 1 });
  }
  if (row.settledAt !== null) {
    const isDead = row.state === "dead";
    bars.push({
      title: isDead ? "Dead-lettered" : "Done",
      ...{ tone: isDead ? ("bad" as const) : ("good" as const), from: row.receivedAt, to: row.settledAt },
      detail: `${durationText(row.settledAt - row.receivedAt)} after it was received`,
    });
  }
  return bars.sort((a, b) => a.to - b.to);
}

function Request({ data }: { readonly data: RecordResponse }) {
  const headers = Object.entries(data.headers ?? {});
  return (
    <>
      <p className="signature">
        <Badge tone={data.signed ? "good" : "warn"}>
          {data.signed ? "Verified" : "Accepted without a signature"}
        </Badge>{" "}
        <span className="muted">
          {data.row.provider}
          {data.route !== null && ` at ${data.route}`}
        </span>
      </p>
      <h3>Headers</h3>
      {headers.length === 0 ? (
        <p className="muted">No headers: it came over a WebSocket, or from the platform's log.</p>
      ) : (
        <pre tabIndex={0} aria-label="Headers">
          {headers.map(([name, value]) => `${name}: ${String(value)}`).join("\n")}
        </pre>
      )}
      <h3>Body</h3>
      <pre tabIndex={0} aria-label="Body">
        {data.body}
      </pre>
    </>
  );
}

function Failures({ data: { failures, steps } }: { readonly data: RecordResponse }) {
  if (failures.length === 0 && steps.length === 0)
    return <Empty title="No failed attempts">A failed run of a callback stands here, with its stack.</Empty>;
  return (
    <ol className="rows attempts-list">
      {[...failures].reverse().map(({ callback, attempt, at, message, stack }) => (
        <li key={`${attempt} ${callback} ${at}`}>
          <div className="grow">
            <strong>{callback ?? "The delivery"}</strong> <Badge tone="bad">failed</Badge>
            <p className="muted">
              attempt {attempt} · {momentText(at)}
            </p>
            <p className="error">{message}</p>
            {stack !== null && (
              <details>
                <summary>Stack</summary>
                <pre tabIndex={0} aria-label="Stack">
                  {stack}
                </pre>
              </details>
            )}
          </div>
        </li>
      ))}
      {steps.map(({ callback, name, at, result }) => (
        <li key={`step ${callback} ${name}`}>
          <div className="grow">
            <strong>{name}</strong> <Badge tone="good">step done</Badge>
            <p className="muted">
              {callback} · {momentText(at)}
            </p>
            {result !== null && <pre>{result.slice(0, 2_000)}</pre>}
          </div>
        </li>
      ))}
    </ol>
  );
}
