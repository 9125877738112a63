import type { ReactNode } from "react";
import { AppMark } from "./app-mark.js";
import { StatusBadge } from "./badge.js";
import { Icon } from "./icon.js";

/** Beside the list: what one event was, with the button that closes it. Its content stands below. */
export function EventCard(props: {
  readonly appName: string;
  readonly triggerName: string;
  /** In one line; "" where the payload does not tell. */
  readonly summary: string;
  readonly status: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The location of the list. */
  readonly base: string;
  readonly children: ReactNode;
}) {
  const { appName, triggerName, summary, status, facts, base, children } = props;
  return (
    <section className="card detail" aria-label="Event">
      <div className="head">
        <div className="detail-title">
          <AppMark name={appName} />
          <div>
            <h2>{summary === "" ? triggerName : summary}</h2>
            <p className="muted">
              <StatusBadge status={status} /> <span className="mono">{triggerName}</span>
            </p>
          </div>
        </div>
        <a className="button quiet square" href={base} data-close aria-label="Close the event">
          <Icon name="close" />
        </a>
      </div>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="mono">{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}

/** In place of the event, until it is loaded. */
export function EventPending({ error }: { readonly error: string | undefined }) {
  return (
    <section className="card detail" aria-label="Event">
      <p>{error ?? "Loading…"}</p>
    </section>
  );
}

/** Why it failed, and the replay that fits. */
export function FailureNote(props: {
  readonly title: string;
  readonly callback: string | null | undefined;
  readonly message: string | undefined;
  readonly children: ReactNode;
}) {
  const { title, callback, message, children } = props;
  return (
    <div className="failure">
      <p>
        <strong>{title}</strong> {callback != null && <code>{callback}</code>} {message}
      </p>
      {children}
    </div>
  );
}
