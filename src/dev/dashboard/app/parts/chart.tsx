import type { Second } from "../types.js";

const SECONDS = 120;
const HEIGHT = 60;
/** Small values stay visible beside large ones. */
const MIN_BAR_HEIGHT = 3;

/** A bar for each of the last 120 seconds, with the latest and the highest value as text. */
export function Chart(props: {
  readonly title: string;
  readonly seconds: readonly Second[];
  readonly now: number;
  readonly of: (second: Second) => number | undefined;
  readonly text: (value: number) => string;
}) {
  const { title, seconds, now, of, text } = props;
  const first = Math.floor(now / 1_000) - SECONDS + 1;
  const bars = seconds.flatMap((second) => {
    const value = of(second);
    return value === undefined || value === 0 || second.at < first ? [] : [{ at: second.at - first, value }];
  });
  const highest = Math.max(...bars.map(({ value }) => value), 0);
  const last = bars.at(-1);
  return (
    <figure className="chart">
      <figcaption>
        <span>{title}</span>
        <strong>{last === undefined ? "–" : text(last.value)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${SECONDS} ${HEIGHT + 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} over two minutes, ${bars.length === 0 ? "no data yet" : `maximum ${text(highest)}`}`}
      >
        <rect className="base" x="0" y={HEIGHT} width={SECONDS} height="1" />
        {bars.map(({ at, value }) => {
          const height = Math.max(MIN_BAR_HEIGHT, (value / highest) * (HEIGHT - 4));
          return <rect key={at} x={at} y={HEIGHT - height} width="0.85" height={height} />;
        })}
      </svg>
      <p className="muted scale">
        <span>2 min ago</span>
        <span>{bars.length === 0 ? "no data yet" : `maximum ${text(highest)}`}</span>
        <span>now</span>
      </p>
    </figure>
  );
}
