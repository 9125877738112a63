import { type KeyboardEvent, useState } from "react";
import { timeOfDay } from "../format.js";

const WIDTH = 240;
const HEIGHT = 64;
/** Small values stay visible beside large ones. */
const MIN_BAR_HEIGHT = 2;

/** A value at a time, epoch milliseconds. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The next number that reads well on an axis: 1, 2 or 5 times a power of ten. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/** Bars over time with both axes; the value under the pointer, or selected by arrow keys, is shown in the head. */
export function Chart(props: {
  readonly title: string;
  /** Of the value axis: `events/s`, `ms`. */
  readonly unit: string;
  /** Oldest first. */
  readonly points: readonly Point[];
  readonly text: (value: number) => string;
  /** The time axis, epoch milliseconds. Default: from the first point to the last. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Bars on the time axis. Default: one for each point. */
  readonly slots?: number | undefined;
}) {
  const { title, unit, points, text } = props;
  const [hovered, setHovered] = useState<Point>();
  const from = props.from ?? points[0]?.at ?? 0;
  const to = Math.max(from + 1, props.to ?? points.at(-1)?.at ?? 0);
  const slots = props.slots ?? Math.max(20, points.length);
  const highest = Math.max(0, ...points.map(({ value }) => value));
  const top = niceCeiling(highest);
  const barWidth = WIDTH / slots;
  const xOf = (at: number) => Math.min(WIDTH - barWidth, ((at - from) / (to - from)) * (WIDTH - barWidth));
  const last = points.at(-1);
  const shown = hovered ?? last;
  const summary = points.length === 0 ? "no data yet" : `maximum ${text(highest)}`;
  /** Arrow keys do what the pointer does. */
  const move = (press: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[press.key];
    if (step === undefined || points.length === 0) return;
    press.preventDefault();
    const at = hovered === undefined ? points.length : points.findIndex((point) => point.at === hovered.at);
    setHovered(points[Math.min(points.length - 1, Math.max(0, at + step))]);
  };
  return (
    <figure className="chart">
      <figcaption>
        <span>
          {title} <small>{unit}</small>
        </span>
        <strong aria-live="polite">
          {shown === undefined ? "–" : text(shown.value)}
          {hovered !== undefined && <small> at {timeOfDay(hovered.at).slice(0, 8)}</small>}
        </strong>
      </figcaption>
      <div className="plot">
        <span className="y-axis muted" aria-hidden="true">
          <span>{text(top)}</span>
          <span>{text(top / 2) === text(top) ? "" : text(top / 2)}</span>
          <span>0</span>
        </span>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title} in ${unit}, ${summary}; arrow keys read the values`}
          tabIndex={0}
          onKeyDown={move}
          onBlur={() => setHovered(undefined)}
          onPointerLeave={() => setHovered(undefined)}
          onPointerMove={({ clientX, currentTarget }) => {
            const { left, width } = currentTarget.getBoundingClientRect();
            const at = from + ((clientX - left) / width) * (to - from);
            const distance = (point: Point) => Math.abs(point.at - at);
            setHovered(
              points.reduce<Point | undefined>(
                (best, point) => (best === undefined || distance(point) < distance(best) ? point : best),
                undefined,
              ),
            );
          }}
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <rect className="base" key={y} x="0" y={y} width={WIDTH} height="0.7" />
          ))}
          {points
            .filter(({ value, at }) => value > 0 && at >= from)
            .map(({ at, value }) => {
              const height = Math.max(MIN_BAR_HEIGHT, (value / top) * HEIGHT);
              return (
                <rect
                  key={at}
                  className={hovered?.at === at ? "hovered" : ""}
                  x={xOf(at)}
                  y={HEIGHT - height}
                  width={barWidth * 0.85}
                  height={height}
                />
              );
            })}
        </svg>
      </div>
      <p className="muted scale" aria-hidden="true">
        <span>{points.length === 0 && props.from === undefined ? "" : timeOfDay(from).slice(0, 8)}</span>
        <span>{summary}</span>
        <span>{points.length === 0 && props.to === undefined ? "" : timeOfDay(to).slice(0, 8)}</span>
      </p>
    </figure>
  );
}
