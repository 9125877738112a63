import fc from "fast-check";
import { expect, test } from "vitest";
import type { Source } from "../../src/verify/index.js";
import { runs } from "../support/runs.js";
import { headerOf, type TestRequest, withHeader } from "./support/request.js";
import { graph, type Sender, sender, senders } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

const now = 1_750_000_000_123;
/** Of each sender, and no less than every bit of one request. */
const LEAST_CASES = runs(10_000);

/** Every request that differs from this one in one bit of a part that proves it. */
function* oneBitAway(one: Sender, request: TestRequest): Generator<[string, TestRequest]> {
  for (const name of [one.header, ...one.signedHeaders]) {
    const value = headerOf(request, name);
    for (let at = 0; at < value.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit));
        const changed = value.slice(0, at) + flipped + value.slice(at + 1);
        yield [`${name}[${at}] bit ${bit}`, withHeader(request, name, changed)];
      }
    }
  }
  if (!one.signsBody) return;
  const body = Buffer.from(request.body);
  for (let at = 0; at < body.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      yield [`body[${at}] bit ${bit}`, { ...request, body: changed }];
    }
  }
}

const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });

test.each(senders.filter((one) => one.signsBody).map((one) => one.name))(
  "%s: a change of any one bit of body, signature, time or id is rejected",
  async (name) => {
    const one = sender(name);
    const source = one.make();
    let cases = 0;
    for (let seed = 1; cases < LEAST_CASES; seed += 1) {
      const [text = ""] = fc.sample(texts, { seed, numRuns: 1 });
      const request = await one.send(text, now);
      expect(codeOf(verdict(source, request, now))).toBe("accepted");
      for (const [what, changed] of oneBitAway(one, request)) {
        cases += 1;
        if ("accepted" in verdict(source, changed, now))
          throw new Error(`Accepted with ${what} changed: ${text}`);
      }
    }
  },
);

test.each(senders.filter((one) => !one.signsBody).map((one) => one.name))(
  "%s: no other token is accepted, however near",
  async (name) => {
    const one = sender(name);
    const source = one.make();
    const request = await one.send("text", now);
    const token = headerOf(request, one.header);
    for (const [what, changed] of oneBitAway(one, request)) {
      expect(codeOf(verdict(source, changed, now)), what).toBe("ERR_SIGNATURE_WRONG");
    }
    const others = fc.oneof(
      fc.string({ unit: "binary-ascii", minLength: 1 }),
      fc.nat({ max: token.length - 1 }).map((length) => token.slice(0, length)),
      fc.string({ minLength: 1, maxLength: 3 }).map((more) => token + more),
      fc.string({ minLength: 1, maxLength: 3 }).map((more) => more + token),
      fc.constantFrom(token.toUpperCase(), `${token},${token}`, token.repeat(2)),
    );
    fc.assert(
      fc.property(others, (other) => {
        fc.pre(other !== token);
        return "refused" in verdict(source, withHeader(request, one.header, other), now);
      }),
      { numRuns: LEAST_CASES },
    );
  },
);

test("microsoft graph: every notification has to carry the exact clientState", () => {
  const source: Source = graph.make();
  expect(codeOf(verdict(source, graph.send(graph.secret), now))).toBe("accepted");
  expect(codeOf(verdict(source, graph.send(graph.secret, graph.secret), now))).toBe("accepted");
  const others = [
    graph.send(),
    graph.send(undefined),
    graph.send(null),
    graph.send(""),
    graph.send(7),
    graph.send([graph.secret]),
    graph.send(graph.secret, undefined),
    graph.send(graph.secret, "other"),
    graph.send(`${graph.secret} `),
    graph.send(graph.secret.slice(1)),
    { headers: {}, body: "null" },
    { headers: {}, body: "[]" },
    { headers: {}, body: `{"value":{"clientState":"${graph.secret}"}}` },
    { headers: {}, body: "not json" },
    { headers: {}, body: "" },
  ];
  for (const other of others) {
    expect(codeOf(verdict(source, other, now)), String(other.body)).toMatch(
      /^ERR_SIGNATURE_(MISSING|WRONG)$/,
    );
  }
  for (let at = 0; at < graph.secret.length; at += 1) {
    for (let bit = 0; bit < 7; bit += 1) {
      const flipped = String.fromCharCode(graph.secret.charCodeAt(at) ^ (1 << bit));
      const near = graph.secret.slice(0, at) + flipped + graph.secret.slice(at + 1);
      expect(codeOf(verdict(source, graph.send(near), now))).toBe("ERR_SIGNATURE_WRONG");
    }
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.nat({ max: 2 }), (other, among) => {
      fc.pre(other !== graph.secret);
      const states = [0, 1, 2].map((at) => (at === among ? other : graph.secret));
      return "refused" in verdict(source, graph.send(...states), now);
    }),
    { numRuns: LEAST_CASES },
  );
});
