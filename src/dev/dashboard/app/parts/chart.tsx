import type { Second } from "../types.js";

const SECONDS = 120;

/** A small line over the last two minutes. The numbers beside it say the same in words. */
export function Chart(props: {
  readonly title: string;
  readonly seconds: readonly Second[];
  readonly now: number;
  readonly of: (second: Second) => number | undefined;
  readonly text: (value: number) => string;
}) {
  const { title, seconds, now, of, text } = props;
  const end = Math.floor(now / 1_000);
  const bySecond = new Map(seconds.map((second) => [second.at, second]));
  const values = Array.from({ length: SECONDS }, (_, at) => {
    const second = bySecond.get(end - SECONDS + 1 + at);
    return (second === undefined ? undefined : of(second)) ?? 0;
  });
  const most = Math.max(1, ...values);
  const points = values.map(
    (value, at) => `${(at / (SECONDS - 1)) * 300},${(60 - (value / most) * 54).toFixed(1)}`,
  );
  const last = [...seconds].reverse().find((second) => of(second) !== undefined);
  return (
    <figure className="chart">
      <figcaption>
        <span>{title}</span>
        <strong>{last === undefined ? "none yet" : text(of(last) ?? 0)}</strong>
      </figcaption>
      <svg
        viewBox="0 0 300 62"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} over two minutes, at most ${text(most)}`}
      >
        <polygon className="area" points={`0,62 ${points.join(" ")} 300,62`} />
        <polyline points={points.join(" ")} />
      </svg>
      <p className="muted">at most {text(most)} in two minutes</p>
    </figure>
  );
}
