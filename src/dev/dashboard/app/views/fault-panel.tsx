import { api } from "../api.js";
import { useAct } from "../hooks.js";
import { Badge } from "../parts/badge.js";
import { Note } from "../parts/note.js";
import type { Faults } from "../types.js";

const faults: readonly (readonly [label: string, body: object, said: string])[] = [
  ["Drop the sockets", { realtime: { dropAll: "terminate" } }, "Every socket was cut."],
  [
    "Lose the next event",
    { realtime: { lose: 1 }, webhooks: { lose: 1 } },
    "The next event is lost on the way.",
  ],
  [
    "Delay by 2 s",
    { realtime: { delayMs: 2_000 }, webhooks: { delayMs: 2_000 } },
    "Everything comes 2 s late.",
  ],
  [
    "Duplicate the next 3",
    { realtime: { duplicate: 3 }, webhooks: { duplicate: 3 } },
    "The next 3 come twice.",
  ],
  ["Reorder the next 3", { realtime: { reorder: 3 } }, "The next 3 come last first."],
  [
    "Answer 500 to 3 calls",
    { calls: [{ path: "/api", status: 500, times: 3 }] },
    "The next 3 calls of the API fail.",
  ],
  ["Bad signature once", { webhooks: { badSignature: 1 } }, "The next webhook is signed wrongly."],
  ["Old timestamp once", { webhooks: { staleTimestamp: 1 } }, "The next webhook is 10 minutes old."],
];

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
  const inForce = now === undefined ? [] : inForceOf(now);
  return (
    <section className="card" aria-labelledby="faults-title">
      <h2 id="faults-title">Faults on purpose</h2>
      <div className="actions">
        {faults.map(([label, body, said]) => (
          <button key={label} type="button" className="quiet" disabled={busy} onClick={() => set(body, said)}>
            {label}
          </button>
        ))}
        <button
          type="button"
          disabled={busy}
          onClick={() => set({ clear: true }, "Everything is well again.")}
        >
          Clear
        </button>
      </div>
      <p>
        {inForce.map((text) => (
          <Badge key={text} tone="warn">
            {text}
          </Badge>
        ))}
      </p>
      <Note note={note} />
    </section>
  );
}

function inForceOf({ calls, realtime, webhooks }: Faults): string[] {
  const of = (side: string, state: object) =>
    Object.entries(state).flatMap(([name, value]) =>
      typeof value === "number" && value > 0 ? [`${side} ${name} ${value}`] : [],
    );
  return [
    ...calls.map(({ path, status, times }) => `calls ${path} ${status ?? ""} ×${times ?? 1}`),
    ...of("socket", realtime),
    ...of("webhook", webhooks),
  ];
}
