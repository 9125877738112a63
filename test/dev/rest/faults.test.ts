import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { call, control, errorV1, errorV3, run, until } from "./fixture.js";

const NAMES = "/api/v3.1/triggers_types/list/enum";

test("the next calls to a path are answered with a status, in the manners of their generation", async () => {
  const platform = await run();
  platform.faults.calls.add({ path: "/api/v3.1/triggers_types", status: 429, retryAfter: 2, times: 2 });
  platform.faults.calls.add({ path: "/api/v1", status: 503 });
  const first = await call(platform, "GET", NAMES);
  expect([first.status, first.headers["retry-after"], first.json]).toEqual([429, "2", errorV3(429)]);
  expect((await call(platform, "GET", "/api/v3.1/connected_accounts")).status, "another path").toBe(200);
  expect((await call(platform, "GET", NAMES)).status).toBe(429);
  expect((await call(platform, "GET", NAMES)).status).toBe(200);
  const old = await call(platform, "GET", "/api/v1/triggers");
  expect([old.status, old.json]).toEqual([503, errorV1(503, "InternalServerError")]);
  expect((await call(platform, "GET", "/api/v1/triggers")).status).toBe(200);
});

test("a fault can be for one method alone, and can be taken back", async () => {
  const platform = await run();
  platform.faults.calls.add({ path: "/api", method: "post", status: 500 });
  const takeBack = platform.faults.calls.add({ path: "/api", status: 418, times: 5 });
  expect((await call(platform, "GET", NAMES)).status).toBe(418);
  expect(platform.faults.calls.current()).toMatchObject([
    { status: 500, times: 1 },
    { status: 418, times: 4 },
  ]);
  takeBack();
  expect((await call(platform, "GET", NAMES)).status).toBe(200);
  expect((await call(platform, "POST", "/api/v1/triggers/pusher", { body: {} })).status).toBe(500);
  platform.faults.calls.add({ path: "/api", status: 500 });
  platform.faults.clear();
  expect((await call(platform, "GET", NAMES)).status).toBe(200);
});

test("a dropped connection has no answer", async () => {
  const platform = await run();
  platform.faults.calls.add({ path: "/api", drop: true });
  await expect(call(platform, "GET", NAMES)).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect((await call(platform, "GET", NAMES)).status).toBe(200);
});

test("a delay is of the platform's clock, and stopping ends it", async () => {
  const clock = manualClock();
  const platform = await run({ clock });
  platform.faults.calls.add({ path: "/api", delayMs: 60_000 });
  let answered = false;
  const late = call(platform, "GET", NAMES).then((got) => {
    answered = true;
    return got;
  });
  await until(() => clock.pending() > 0);
  expect(answered).toBe(false);
  clock.advance(59_999);
  expect((await call(platform, "GET", NAMES)).status, "others are not held up").toBe(200);
  expect(answered).toBe(false);
  clock.advance(1);
  expect((await late).status).toBe(200);

  platform.faults.calls.add({ path: "/api", delayMs: 60_000, status: 500 });
  const never = call(platform, "GET", NAMES);
  await until(() => clock.pending() > 0);
  await Promise.all([expect(never).rejects.toThrow(), platform.stop()]);
});

test.each([
  [{ path: "api", status: 500 }],
  [{ path: "/api" }],
  [{ path: "/api", status: 200 }],
  [{ path: "/api", status: 500, times: 0 }],
  [{ path: "/api", delayMs: -1 }],
  [{ path: "/api", status: 500, retryAfter: "a\r\nb" }],
  [{ path: "/api", status: 500, retries: 3 }],
  [{ status: 500 }],
])("a fault that makes no sense is refused: %j", async (fault) => {
  const platform = await run();
  expect(() => platform.faults.calls.add(fault as never)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION" }),
  );
  expect((await control(platform, "POST", "/faults", { calls: fault })).status).toBe(400);
  expect(platform.faults.calls.current()).toEqual([]);
});

test("the control API sets faults of every kind, tells them, and clears them", async () => {
  const platform = await run();
  const set = await control(platform, "POST", "/faults", {
    calls: [{ path: "/api/v1", status: 500, times: 3 }],
    realtime: { lose: 2, duplicate: 1, delayMs: 5, silence: true, refuse: 4100 },
    webhooks: { badSignature: 4, lose: 1 },
  });
  expect(set.status).toBe(200);
  expect(set.json).toMatchObject({
    calls: [{ path: "/api/v1", status: 500, times: 3 }],
    realtime: { toLose: 2, toDuplicate: 1, delayMs: 5, silent: true, refuseCode: 4100 },
    webhooks: { badSignature: 4, lose: 1 },
  });
  expect((await control(platform, "GET", "/faults")).json).toEqual(set.json);
  expect(platform.faults.realtime.current().toLose).toBe(2);
  const cleared = await control(platform, "POST", "/faults", { clear: true });
  expect(cleared.json).toMatchObject({
    calls: [],
    realtime: { toLose: 0, silent: false },
    webhooks: { lose: 0 },
  });
});

test.each([
  [{ clear: "yes" }],
  [{ realtime: 7 }],
  [{ realtime: { loose: 3 } }],
  [{ realtime: { __proto__x: 1 } }],
  [{ realtime: { lose: -1 } }],
  [{ realtime: { silence: 1 } }],
  [{ realtime: { dropAll: "softly" } }],
  [{ webhooks: { lose: "1" } }],
  [{ sockets: {} }],
])("and refuses what is no fault: %j", async (body) => {
  const platform = await run();
  expect((await control(platform, "POST", "/faults", body)).json).toMatchObject({ error: { status: 400 } });
});
