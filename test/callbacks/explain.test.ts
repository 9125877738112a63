import { expect, test } from "vitest";
import { explainPayload, TriggerListener } from "../../src/index.js";
import { event } from "./events.js";

const github = event();

function explained(filter: object) {
  const listener = new TriggerListener({ webhook: { unsigned: true } });
  listener.callback(filter, () => undefined, { name: "mine" });
  return listener.explain(github);
}

test.each<[object, readonly (readonly [string, string | undefined])[]]>([
  [{ triggerName: "github_star_added_event", payload: { action: "created" } }, []],
  [
    { triggerName: ["A", "B"], entityId: "ada" },
    [
      ['triggerName in ["A", "B"]', "GITHUB_STAR_ADDED_EVENT"],
      ['entityId = "ADA"', "default"],
    ],
  ],
  [
    { payload: { action: { $in: ["deleted"] }, repository: { owner: "acme" } } },
    [['action in ["deleted"]', '"created"']],
  ],
  [
    { payload: { repository: { owner: "evil", absent: 1 } } },
    [
      ['repository.owner = "evil"', '"acme"'],
      ["repository.absent = 1", undefined],
    ],
  ],
  [
    { payload: { repository: { topics: { $contains: "c" } } } },
    [['repository.topics contains "c"', '["a","b"]']],
  ],
  [{ where: () => false }, [["where(event)", undefined]]],
  [{ where: () => Promise.reject(new Error("late")) }, []],
  [
    {
      where: () => {
        throw new Error("boom");
      },
    },
    [],
  ],
])("explain() says which conditions keep an event out: %#", (filter, unmet) => {
  const [explanation, ...others] = explained(filter);
  expect(others).toEqual([]);
  expect(explanation?.callback).toBe("mine");
  expect(explanation?.matches).toBe(unmet.length === 0);
  expect(explanation?.unmet.map(({ clause, found }) => [clause, found])).toEqual(unmet);
});

test("conditions that hold for different elements of a list are shown together", () => {
  const list = {
    labels: [
      { name: "bug", color: "red" },
      { name: "p1", color: "blue" },
    ],
  };
  expect(explainPayload({ labels: { name: "bug", color: "blue" } }, list)).toEqual([
    {
      member: "payload",
      clause: 'labels has (name = "bug" and color = "blue")',
      found: JSON.stringify(list.labels),
    },
  ]);
});

test("a removed callback is not explained, and what is no event is an error", () => {
  const listener = new TriggerListener({ webhook: { unsigned: true } });
  const off = listener.callback("A", () => undefined);
  expect(listener.explain(github)).toHaveLength(1);
  off();
  expect(listener.explain(github)).toEqual([]);
  for (const odd of [undefined, null, {}, "event"]) {
    expect(() => listener.explain(odd as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  }
});
