import { api } from "../api.js";
import { useAct } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Note } from "../parts/note.js";
import type { Faults } from "../types.js";
import { type Fault, faults, othersInForce } from "./faults.js";

/** Faults to make on purpose: the place to see whether an agent survives. */
export function FaultPanel({
  faults: now,
  onSet,
}: {
  readonly faults: Faults | undefined;
  readonly onSet: () => void;
}) {
  const { act, busy, note } = useAct();
  const set = (body: object, said: string) =>
    void act(async () => {
      await api("POST", "faults", body);
      onSet();
      return said;
    });
  const press = ({ name, set: body, off }: Fault, inForce: boolean) => {
    if (inForce && off !== undefined) set(off, `${name}: taken off.`);
    else set(body, off === undefined ? `${name}: done.` : `${name}: set.`);
  };
  const others = now === undefined ? [] : othersInForce(now);
  const any = now !== undefined && (others.length > 0 || faults.some(({ left }) => left(now).length > 0));
  return (
    <section className="card faults" aria-labelledby="faults-title">
      <div className="head">
        <h2 id="faults-title">Faults on purpose</h2>
        <button
          type="button"
          className="quiet"
          disabled={busy || !any}
          onClick={() => set({ clear: true }, "Everything is well again.")}
        >
          Clear
        </button>
      </div>
      <p className="muted">
        Does your agent survive them? Press one to set it, press it again to take it off.
      </p>
      <Note note={note} />
      <ul className="rows">
        {faults.map((fault) => {
          const left = now === undefined ? [] : fault.left(now);
          return (
            <li key={fault.name}>
              <button
                type="button"
                className="quiet"
                disabled={busy}
                {...(fault.off !== undefined && { "aria-pressed": left.length > 0 })}
                onClick={() => press(fault, left.length > 0)}
              >
                {fault.name}
              </button>
              {left.map((text) => (
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
