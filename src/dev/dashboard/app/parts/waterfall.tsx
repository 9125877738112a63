import { Fragment, type ReactNode } from "react";
import { durationText, timeOfDay } from "../format.js";
import type { Tone } from "./badge.js";

/** One bar of a waterfall: from when to when something lasted. */
export interface Bar {
  readonly title: string;
  readonly tone: Tone;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly detail?: string | undefined;
  /** Levels below the event: a tool call stands below its attempt. */
  readonly level?: number | undefined;
}

/** Names of tools are long words: they break after an underscore. */
function breakable(title: string): ReactNode {
  const [first, ...others] = title.split("_");
  return (
    <>
      {first}
      {others.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
        <Fragment key={at}>
          _<wbr />
          {part}
        </Fragment>
      ))}
    </>
  );
}

/** Bars on one time axis, in the order of their begin. */
export function Waterfall({ bars, startAt }: { readonly bars: readonly Bar[]; readonly startAt: number }) {
  const endAt = Math.max(startAt + 1, ...bars.map(({ to }) => to));
  const totalMs = endAt - startAt;
  const percent = (at: number) => Math.min(100, Math.max(0, ((at - startAt) / totalMs) * 100));
  return (
    <div className="waterfall">
      <div className="axis muted" aria-hidden="true">
        <span />
        <span className="ticks">
          <span>0</span>
          <span>{durationText(totalMs / 2)}</span>
          <span>{durationText(totalMs)}</span>
        </span>
      </div>
      <ol className="timeline">
        {bars.map(({ title, tone, from, to, detail, level = 0 }, at) => {
          const lasted = Math.max(0, to - from);
          const left = Math.min(percent(from), 99.2);
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id, and are only ever added
              key={at}
              className={`${tone} level-${Math.min(level, 2)}`}
              title={`${title}: ${timeOfDay(from)}, ${durationText(lasted)}`}
            >
              <div className="bar-text">
                <strong>{breakable(title)}</strong>
                {detail !== undefined && detail !== "" && <span className="muted">{detail}</span>}
              </div>
              <div className="track">
                <span
                  className="span-bar"
                  style={{ left: `${left}%`, width: `${Math.max(0.8, percent(to) - left)}%` }}
                />
              </div>
              <span className="mono muted offset">
                +{Math.max(0, Math.round(from - startAt)).toLocaleString("en")} ms
                <b>{lasted === 0 ? "" : durationText(lasted)}</b>
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
