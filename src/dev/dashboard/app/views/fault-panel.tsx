import { api } from "../api.js";
import { useAction } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { NoticeText } from "../parts/notice.js";
import type { FaultState } from "../types.js";
import { type Fault, faults, otherActiveFaults } from "./faults.js";

/** Fault injection: a button for each fault, with what remains of it. */
export function FaultPanel({
  faults: now,
  onSet,
}: {
  readonly faults: FaultState | undefined;
  readonly onSet: () => void;
}) {
  const { run, busy, notice } = useAction();
  const set = (body: object, message: string) =>
    void run(async () => {
      await api("POST", "faults", body);
      onSet();
      return message;
    });
  const press = ({ name, set: body, remove }: Fault, active: boolean) => {
    if (active && remove !== undefined) set(remove, `${name}: removed.`);
    else set(body, remove === undefined ? `${name}: done.` : `${name}: set.`);
  };
  const others = now === undefined ? [] : otherActiveFaults(now);
  const any =
    now !== undefined && (others.length > 0 || faults.some(({ remaining }) => remaining(now).length > 0));
  return (
    <section className="card faults" aria-labelledby="faults-title">
      <div className="head">
        <h2 id="faults-title">Fault injection</h2>
        <button
          type="button"
          className="quiet"
          disabled={busy || !any}
          onClick={() => set({ clear: true }, "All faults are removed.")}
        >
          Clear
        </button>
      </div>
      <p className="muted">
        Test how your agent behaves under failures. Press a fault to set it; press it again to remove it.
      </p>
      <NoticeText notice={notice} />
      <ul className="rows">
        {faults.map((fault) => {
          const remaining = now === undefined ? [] : fault.remaining(now);
          return (
            <li key={fault.name}>
              <button
                type="button"
                className="quiet"
                disabled={busy}
                {...(fault.remove !== undefined && { "aria-pressed": remaining.length > 0 })}
                onClick={() => press(fault, remaining.length > 0)}
              >
                {fault.name}
              </button>
              {remaining.map((text) => (
                <Badge key={text} tone="warn">
                  {text}
                </Badge>
              ))}
              <p className="muted">{fault.effect}</p>
            </li>
          );
        })}
      </ul>
      {others.map((text) => (
        <Badge key={text} tone="warn">
          {text}
        </Badge>
      ))}
    </section>
  );
}
