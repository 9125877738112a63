import { getEventListeners, once } from "node:events";
import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { Requester } from "../../src/client/request.js";
import { route } from "../../src/protocol/routes.js";
import type { ToolsetOptions } from "../../src/settings/toolset.js";
import { manualClock } from "../support/manual-clock.js";
import {
  type Answerer,
  KEY,
  noting,
  type Reply,
  rejection,
  type Scripted,
  scripted,
  settingsFor,
  until,
} from "./support.js";

const read = route("GET", "/read");
const create = route("POST", "/create");
const put = route("POST", "/put/{id}", true);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  answer: Answerer,
  { clock = systemClock, ...options }: ToolsetOptions & { readonly clock?: Clock } = {},
): Promise<{ server: Scripted; requester: Requester }> {
  const server = await scripted(answer);
  cleanups.push(() => server.close());
  return { server, requester: requesterFor(server.url, clock, options) };
}

function requesterFor(url: string, clock: Clock = systemClock, options: ToolsetOptions = {}): Requester {
  // No jitter: pauses are then what was asked for, or nothing.
  const requester = new Requester(settingsFor(url, options), clock, () => 0);
  cleanups.push(() => requester.close());
  return requester;
}

/** One reply after the other; the last one again and again. */
function inTurn(...replies: readonly Reply[]): Answerer {
  return (_, nth) => replies[Math.min(nth, replies.length) - 1];
}

const ok: Reply = { json: { fine: true } };
const v3Error = (status: number, error: object = {}): Reply => ({
  status,
  json: {
    error: {
      message: "the words",
      code: 1812,
      status,
      request_id: "req_1",
      suggested_fix: "do it",
      ...error,
    },
  },
});

test("a call carries the key, a request id and the client's name", async () => {
  const { server, requester } = await start(() => ok);
  await expect(requester.call(read, {})).resolves.toEqual({ fine: true });
  expect(server.seen[0]?.headers).toMatchObject({
    "x-api-key": KEY,
    "x-request-id": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
    "user-agent": expect.stringMatching(/^earshot\/\d/),
  });
});

test("parameters are encoded, and one that would change the route is rejected", async () => {
  const { server, requester } = await start(() => ok);
  await requester.call(put, { id: "a/b?c" }, { json: { x: 1 } });
  expect(server.seen[0]).toMatchObject({ path: "/put/a%2Fb%3Fc", body: '{"x":1}' });
  for (const id of ["", " ", ".", ".."]) {
    await expect(requester.call(put, { id })).rejects.toMatchObject({ code: "ERR_OPTION" });
  }
  expect(server.seen).toHaveLength(1);
});

test.each([
  [401, "ERR_UNAUTHORIZED"],
  [403, "ERR_UNAUTHORIZED"],
  [404, "ERR_NOT_FOUND"],
  [410, "ERR_NOT_FOUND"],
  [400, "ERR_API"],
  [422, "ERR_API"],
  [501, "ERR_API"],
])("%i is %s, with the platform's words, and is not repeated", async (status, code) => {
  const { server, requester } = await start(() =>
    v3Error(status, { errors: ["owner is missing", "repo too"] }),
  );
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({ code, status, apiCode: "1812", requestId: "req_1", suggestion: "do it" });
  expect(error.details).toEqual(["owner is missing", "repo too"]);
  for (const part of ["GET /read", "the words", "- owner is missing", "- repo too", "do it", "req_1"]) {
    expect(error.message).toContain(part);
  }
  expect(server.seen).toHaveLength(1);
});

test("generation 1's errors are read too", async () => {
  const { requester } = await start(() => ({
    status: 400,
    json: {
      status: 400,
      message: "bad",
      requestId: "r9",
      type: "BadRequestError",
      name: "Nope",
      details: { a: 1 },
    },
  }));
  await expect(requester.call(read, {})).rejects.toMatchObject({
    code: "ERR_API",
    apiCode: "Nope",
    requestId: "r9",
    details: { a: 1 },
  });
});

test("an error without a message still names the call and our request id", async () => {
  const { server, requester } = await start(() => ({ status: 401 }));
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({
    code: "ERR_UNAUTHORIZED",
    requestId: server.seen[0]?.headers["x-request-id"],
  });
});

test("429 waits for the seconds of Retry-After, and the second try has the same request id", async () => {
  const clock = noting(manualClock());
  const { server, requester } = await start(
    inTurn({ ...v3Error(429), headers: { "retry-after": "7" } }, ok),
    { clock },
  );
  const answer = requester.call(create, {});
  await until(() => clock.delays.includes(7000));
  expect(server.seen).toHaveLength(1);
  clock.advance(7000);
  await expect(answer).resolves.toEqual({ fine: true });
  expect(server.seen[1]?.headers["x-request-id"]).toBe(server.seen[0]?.headers["x-request-id"]);
});

test.each([
  ["the platform's own", 0],
  ["two hours behind the platform's", 7_200_000],
  ["two hours ahead of the platform's", -7_200_000],
])("429 waits until the date of Retry-After, where this machine's clock is %s", async (_what, aheadMs) => {
  const clock = noting(manualClock(Date.UTC(2026, 0, 1) - aheadMs));
  const headers = {
    date: "Thu, 01 Jan 2026 00:00:00 GMT",
    "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT",
  };
  const { requester } = await start(inTurn({ ...v3Error(429), headers }, ok), { clock });
  const answer = requester.call(read, {});
  await until(() => clock.delays.includes(30_000));
  clock.advance(30_000);
  await expect(answer).resolves.toEqual({ fine: true });
});

test("a Retry-After beyond the call's deadline ends it at once", async () => {
  const { server, requester } = await start(() => ({ ...v3Error(429), headers: { "retry-after": "90" } }));
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({ code: "ERR_RATE_LIMITED", status: 429 });
  expect(error.message).toContain("It asks to wait 90 s.");
  expect(server.seen).toHaveLength(1);
});

test("Retry-After: 0 is a number like any other", async () => {
  const { server, requester } = await start(() => ({ ...v3Error(429), headers: { "retry-after": "0" } }), {
    maxTries: 3,
  });
  await expect(requester.call(read, {})).rejects.toMatchObject({ code: "ERR_RATE_LIMITED" });
  expect(server.seen).toHaveLength(3);
});

test("a 502 whose body cannot be decoded is retried like any other 502", async () => {
  const garbled: Reply = { status: 502, text: "not compressed", headers: { "content-encoding": "gzip" } };
  const { server, requester } = await start(inTurn(garbled, ok));
  await expect(requester.call(read, {})).resolves.toEqual({ fine: true });
  expect(server.seen).toHaveLength(2);
});

test.each([408, 500, 502, 503, 504])("%i is retried where that is safe", async (status) => {
  const { server, requester } = await start(inTurn(v3Error(status), v3Error(status), ok));
  await expect(requester.call(put, { id: "1" })).resolves.toEqual({ fine: true });
  expect(server.seen).toHaveLength(3);
});

test("tries end at maxTries, and the error says so", async () => {
  const { server, requester } = await start(() => v3Error(500), { maxTries: 2 });
  const error = await rejection(requester.call(read, {}));
  expect(error.message).toContain("(try 2)");
  expect(server.seen).toHaveLength(2);
});

test("a call that may have taken effect is not repeated: 500", async () => {
  const { server, requester } = await start(() => v3Error(500));
  await expect(requester.call(create, {})).rejects.toMatchObject({ code: "ERR_API", status: 500 });
  expect(server.seen).toHaveLength(1);
});

test("a call that was certainly not processed is repeated: 408 and 429", async () => {
  const { server, requester } = await start(inTurn(v3Error(408), v3Error(429), ok));
  await expect(requester.call(create, {})).resolves.toEqual({ fine: true });
  expect(server.seen).toHaveLength(3);
});

test("a status that is settled counts as done, and receives the number of the try", async () => {
  const { requester } = await start(inTurn(v3Error(500), v3Error(404)));
  const settled = (status: number, tries: number) => status === 404 && tries === 2;
  await expect(requester.call(put, { id: "1" }, { settled })).resolves.toBeUndefined();
});

test("a connection that breaks in the middle of a response is retried", async () => {
  const { server, requester } = await start((_, nth, response) => {
    if (nth > 1) return ok;
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"fine":');
    response.socket?.resetAndDestroy();
    return undefined;
  });
  await expect(requester.call(read, {})).resolves.toEqual({ fine: true });
  expect(server.seen).toHaveLength(2);
});

test("a connection that breaks on an unsafe call is not tried again, and the message says why", async () => {
  const { server, requester } = await start((_, __, response) => {
    response.socket?.destroy();
    return undefined;
  });
  const error = await rejection(requester.call(create, {}));
  expect(error).toMatchObject({ code: "ERR_NETWORK" });
  expect(error).not.toHaveProperty("status");
  expect(error.message).toContain("may have taken effect");
  expect(error.cause).toBeInstanceOf(Error);
  expect(server.seen).toHaveLength(1);
});

test("a refused connection is retried even for an unsafe call: nothing was sent", async () => {
  const { port, close } = await scripted(() => ok);
  await close();
  const clock = noting(manualClock());
  const requester = new Requester(settingsFor(`http://127.0.0.1:${port}`), clock, () => 0.999);
  cleanups.push(() => requester.close());
  const answer = requester.call(create, {});
  await until(() => clock.delays.includes(250), "the pause after the refusal");
  const server = await scripted(() => ok, port);
  cleanups.push(() => server.close());
  clock.advance(250);
  await expect(answer).resolves.toEqual({ fine: true });
  expect(server.seen).toHaveLength(1);
});

test("a refused connection ends as ERR_NETWORK with the system's message", async () => {
  const { port, close } = await scripted(() => ok);
  await close();
  const error = await rejection(
    requesterFor(`http://127.0.0.1:${port}`, systemClock, { maxTries: 2 }).call(create, {}),
  );
  expect(error).toMatchObject({ code: "ERR_NETWORK" });
  expect(error.message).toContain("ECONNREFUSED");
  expect(error.message).not.toContain("may have taken effect");
});

test("a try has its time limit, and another is made", async () => {
  const clock = noting(manualClock());
  const { server, requester } = await start((_, nth) => (nth === 1 ? undefined : ok), {
    clock,
    tryTimeoutMs: 1234,
  });
  const answer = requester.call(read, {});
  await until(() => server.seen.length === 1);
  clock.advance(1234);
  // The pause between the tries is 0 ms of the clock's time.
  await until(() => clock.delays.includes(0));
  clock.advance(0);
  await expect(answer).resolves.toEqual({ fine: true });
  expect(clock.pending()).toBe(0);
});

test("a time-out names its limit; an unsafe call is not repeated after it", async () => {
  const clock = noting(manualClock());
  const { server, requester } = await start(() => undefined, { clock, tryTimeoutMs: 1234 });
  const outcome = rejection(requester.call(create, {}));
  await until(() => server.seen.length === 1);
  clock.advance(1234);
  const error = await outcome;
  expect(error).toMatchObject({ code: "ERR_TIMEOUT" });
  expect(error.message).toContain("1234 ms (`tryTimeoutMs`)");
  expect(error.message).toContain("may have taken effect");
  expect(server.seen).toHaveLength(1);
});

test("a body that never ends runs into the same limit", async () => {
  const clock = noting(manualClock());
  const { server, requester } = await start(
    (_, __, response) => {
      response.writeHead(200);
      response.write("{");
      return undefined;
    },
    { clock, maxTries: 1 },
  );
  const outcome = rejection(requester.call(read, {}));
  await until(() => server.seen.length === 1);
  clock.advance(10_000);
  expect(await outcome).toMatchObject({ code: "ERR_TIMEOUT" });
});

test("the call in all has its time limit, and the last failure is its cause", async () => {
  const clock = noting(manualClock());
  const options = { clock, tryTimeoutMs: 900, callTimeoutMs: 1000 };
  const { server, requester } = await start((_, nth) => (nth === 1 ? v3Error(503) : undefined), options);
  const outcome = rejection(requester.call(read, {}));
  await until(() => clock.delays.includes(0));
  clock.advance(500);
  await until(() => server.seen.length === 2);
  clock.advance(500);
  const error = await outcome;
  expect(error).toMatchObject({ code: "ERR_TIMEOUT", cause: { status: 503 } });
  expect(error.message).toContain("1000 ms (`callTimeoutMs`)");
});

test("a signal that is aborted already stops the call before anything is sent", async () => {
  const { server, requester } = await start(() => ok);
  const error = await rejection(requester.call(read, {}, { signal: AbortSignal.abort(new Error("why")) }));
  expect(error).toMatchObject({ code: "ERR_ABORTED", cause: { message: "why" } });
  expect(server.seen).toHaveLength(0);
});

test("a signal ends a call that waits for its response, and closes its connection", async () => {
  let gone: Promise<unknown> | undefined;
  const { server, requester } = await start((_, __, response) => {
    gone = once(response, "close");
    return undefined;
  });
  const stop = new AbortController();
  const outcome = rejection(requester.call(read, {}, { signal: stop.signal }));
  await until(() => server.seen.length === 1);
  stop.abort();
  expect(await outcome).toMatchObject({ code: "ERR_ABORTED" });
  await gone;
});

test("a signal ends the pause between tries", async () => {
  const clock = noting(manualClock());
  const { server, requester } = await start(() => ({ ...v3Error(503), headers: { "retry-after": "20" } }), {
    clock,
  });
  const stop = new AbortController();
  const outcome = rejection(requester.call(read, {}, { signal: stop.signal }));
  await until(() => clock.delays.includes(20_000));
  stop.abort();
  expect(await outcome).toMatchObject({ code: "ERR_ABORTED" });
  expect(server.seen).toHaveLength(1);
  expect(clock.pending()).toBe(0);
});

test("a signal that serves many calls keeps no listener after each", async () => {
  const { requester } = await start(inTurn(ok, v3Error(400)));
  const { signal } = new AbortController();
  await requester.call(read, {}, { signal });
  await rejection(requester.call(read, {}, { signal }));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("closing aborts pending calls; a later call opens new connections", async () => {
  const { server, requester } = await start((_, nth) => (nth === 1 ? undefined : ok));
  const outcome = rejection(requester.call(read, {}));
  await until(() => server.seen.length === 1);
  await requester.close();
  expect(await outcome).toMatchObject({ code: "ERR_ABORTED", cause: { message: "The client was closed." } });
  await expect(requester.call(read, {})).resolves.toEqual({ fine: true });
});

test.each([
  ["a success", 200],
  ["a 502", 502],
  ["a 403", 403],
  ["a 404", 404],
])("%s that is a web page is ERR_BAD_ANSWER", async (_, status) => {
  const text = "<!doctype html><html><head><title>Corporate\n proxy</title></head></html>";
  const { requester } = await start(() => ({ status, text }), { maxTries: 1 });
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({ code: "ERR_BAD_ANSWER", status });
  if (status !== 200) expect(error.message).toContain("Corporate proxy");
});

test("a success that is not JSON is ERR_BAD_ANSWER, and its text is not shown", async () => {
  const { requester } = await start(() => ({ text: "hello secret" }));
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({ code: "ERR_BAD_ANSWER", status: 200 });
  expect(inspect(error, { depth: 9 })).not.toContain("secret");
});

test("a redirect is not followed: the key stays here", async () => {
  const { server, requester } = await start(() => ({ status: 307, headers: { location: "/elsewhere" } }));
  await expect(requester.call(read, {})).rejects.toMatchObject({ code: "ERR_BAD_ANSWER", status: 307 });
  expect(server.seen).toHaveLength(1);
});

test("a response that does not end is cut off", async () => {
  const piece = Buffer.alloc(1024 * 1024, 0x20);
  const { requester } = await start((_, __, response) => {
    const more = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on("drain", more);
    more();
    return undefined;
  });
  const error = await rejection(requester.call(read, {}));
  expect(error).toMatchObject({ code: "ERR_BAD_ANSWER" });
  expect(error.message).toContain("32 MiB");
});

test("the key shows in no error, whatever the platform returns", async () => {
  const echo = (status: number): Reply => ({
    status,
    json: { error: { message: `Invalid API key: ${KEY}`, code: KEY, suggested_fix: KEY, errors: [KEY] } },
    headers: { "retry-after": "90" },
  });
  const answers: Answerer[] = [
    () => echo(401),
    () => echo(429),
    () => ({ status: 500, text: `boom ${KEY}` }),
    () => ({ status: 502, text: `<title>${KEY}</title>` }),
    () => ({ text: `${KEY} is not JSON` }),
    (_, __, response) => {
      response.socket?.destroy();
      return undefined;
    },
  ];
  for (const answer of answers) {
    const { requester } = await start(answer, { maxTries: 1 });
    const error = await rejection(requester.call(read, {}));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(error)).not.toContain(KEY);
    expect(inspect(requester, { depth: 20, showHidden: true })).not.toContain(KEY);
  }
});

test.each(["ak\n", "a k", "schlüssel"])(
  "a key that no header can carry is rejected at once: %j",
  (apiKey) => {
    expect(() => new Requester(settingsFor("http://127.0.0.1:1", { apiKey }), systemClock)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  },
);
