import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { isCallable } from "../base/callable.js";
import { EarshotError, RejectedError } from "../base/errors.js";
import {
  boolean,
  booleanOption,
  functionOption,
  type OptionTable,
  readOptions,
  withoutDefault,
} from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { guardedSource } from "../verify/guard.js";
import { deliveryOf, type Source, type WebhookRequest } from "../verify/index.js";
import { runnerOption, type TestRunner } from "./test-runner.js";
import { timingScore } from "./timing-score.js";

/** A signed request: header names in lower case. */
export interface SignedRequest extends WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** How {@link testSource} gets its requests. */
export interface SourceSuiteOptions {
  /**
   * Makes a request that the source accepts at `nowMs`, with `text` somewhere in its body. Use the sender's own package,
   * or its documentation; never the source.
   */
  sign(text: string, nowMs: number): SignedRequest | Promise<SignedRequest>;
  readonly runner: TestRunner;
  /** Whether the body is covered by the signature. Default true. */
  readonly signsBody?: boolean | undefined;
  /** The parts of a request that are covered. Default: the source's `credentialHeaders`. */
  readonly covered?: readonly string[] | undefined;
  /** Those of the `covered` headers that may come several times, of which one has to be right. Default: none. */
  readonly repeats?: readonly string[] | undefined;
  /** Whether a time is covered. Default: whether requests at two times differ. */
  readonly timed?: boolean | undefined;
  /** Whether to measure that the time of a rejection says nothing about the right signature. Default true; takes seconds. */
  readonly timing?: boolean | undefined;
}

const NOW = 1_750_000_000_000;
/** Changed requests of one kind: a check with a public key takes a tenth of a millisecond. */
const MOST_CHANGES = 3000;
const HUGE_HEADER = 100_000;
/** Time for a request that is far too large, milliseconds: ten times what a slow machine needs. */
const MOST_MS = 1000;

const signOption = functionOption<SourceSuiteOptions["sign"]>("that makes a signed request");

const table = {
  sign: { default: undefined, read: (name, given) => signOption.read(name, given ?? (null as never)) },
  runner: { default: undefined, read: runnerOption },
  signsBody: boolean(true),
  covered: withoutDefault<readonly string[]>(namesOption),
  repeats: withoutDefault<readonly string[]>(namesOption),
  timed: withoutDefault<boolean>(booleanOption),
  timing: boolean(true),
} satisfies OptionTable<SourceSuiteOptions>;

/** A text would count as a list of its letters: no header would be changed. */
function namesOption(name: string, given: readonly string[]): readonly string[] {
  if (Array.isArray(given) && given.every((one) => typeof one === "string" && one !== "")) return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a list of header names, not ${shownValue(given)}.`);
}

/**
 * Declares a test for each promise of a {@link Source}, to run against one of your own: changed requests, missing and
 * repeated headers, old and future times, hostile input, and time that does not depend on the secret.
 *
 * @example
 * import { describe, test } from "node:test";
 * import { testSource } from "earshot/testing";
 *
 * testSource(acme({ secrets: "…" }), { sign: signAsAcme, runner: { describe, test } });
 *
 * @throws EarshotError ERR_OPTION
 */
export function testSource(given: Source, options: SourceSuiteOptions): void {
  const { runner, signsBody, ...settings } = readOptions("testSource()", table, options);
  if (!isCallable((given as Partial<Source> | null)?.verify)) {
    const message = `testSource() takes a source, such as defineSource({ … }), not ${shownValue(given)}.`;
    throw new EarshotError("ERR_OPTION", message);
  }
  const source = guardedSource(given);
  const signed = settings.sign ?? options.sign;
  const sign = async (text: string, nowMs: number) => {
    const request = await signed(text, nowMs);
    const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { ...request, headers: Object.fromEntries(headers) as SignedRequest["headers"] };
  };
  // Names in any case: one that a request does not have would be tested by no change.
  const covered = settings.covered?.map((name) => name.toLowerCase()) ?? source.credentialHeaders ?? [];
  const repeats = new Set(settings.repeats?.map((name) => name.toLowerCase()));
  const { describe, test } = runner;
  /** Both of a header that may be repeated are wrong. */
  const twice = (name: string, value: string) =>
    repeats.has(name) ? [swapCase(value), value.slice(0, -2)] : [value, value];
  const resultOf = (request: WebhookRequest, nowMs = NOW) => verify(source, request, nowMs);
  const mustReject = async (request: WebhookRequest, what: string, nowMs = NOW) =>
    assert.equal(await resultOf(request, nowMs), "rejected", `Accepted: ${what}`);

  describe(`source ${source.provider}`, () => {
    test("accepts signed requests, whatever is in the body", async () => {
      const { headers } = await sign("text", NOW);
      const isCovered =
        settings.covered === undefined ||
        covered.length === 0 ||
        covered.some((name) => headers[name] !== undefined);
      assert.ok(isCovered, `A signed request has none of the covered headers: ${covered.join(", ")}.`);
      for (const text of ["text", "Grüße ☂ 👋", "x".repeat(50_000)]) {
        const request = await sign(text, NOW);
        const verified = await source.verify(deliveryOf(request, NOW), NOW);
        assert.equal(verified.origin.provider, source.provider);
        assert.equal(verified.origin.signed, true);
        const shaken = await source.handshake?.(deliveryOf(request, NOW), NOW);
        assert.equal(shaken, undefined, "An event was taken for a set-up request.");
      }
    });

    test("rejects every request that differs in one bit of what is covered", async () => {
      const request = await sign("text", NOW);
      for (const name of covered) {
        const value = request.headers[name];
        if (value === undefined) continue;
        for (const changed of sampled(oneBitAway(Buffer.from(value, "latin1")))) {
          const headers = { ...request.headers, [name]: changed.toString("latin1") };
          await mustReject({ ...request, headers }, `${name}: ${changed.toString("latin1")}`);
        }
      }
      if (!signsBody) return;
      for (const changed of sampled(oneBitAway(Buffer.from(request.body)))) {
        await mustReject({ ...request, body: changed }, `body: ${changed.toString("latin1")}`);
      }
    });

    test("rejects a request without its signature, with another's, or with two of them", async () => {
      const [request, other] = [await sign("text", NOW), await sign("another text", NOW)];
      const variants: Array<readonly [string, WebhookRequest]> = [];
      for (const name of covered) {
        const value = request.headers[name];
        if (value === undefined) continue;
        const { [name]: _, ...without } = request.headers;
        variants.push(
          [`without ${name}`, { ...request, headers: without }],
          [`with an empty ${name}`, { ...request, headers: { ...without, [name]: "" } }],
          [`with ${name} twice`, { ...request, headers: { ...without, [name]: twice(name, value) } }],
          [`with half of ${name}`, { ...request, headers: { ...without, [name]: value.slice(0, -2) } }],
          [`with ${name} in half its case`, { ...request, headers: { ...without, [name]: swapCase(value) } }],
        );
      }
      if (signsBody) {
        variants.push(
          ["with another body", { ...request, body: other.body }],
          [
            "with more after its body",
            { ...request, body: Buffer.concat([Buffer.from(request.body), Buffer.from(" ")]) },
          ],
          ["with an empty body", { ...request, body: "" }],
        );
      }
      for (const [what, variant] of variants) await mustReject(variant, what);
    });

    test("rejects a time outside its tolerance, in both directions", async () => {
      const [request, later] = [await sign("text", NOW), await sign("text", NOW + 86_400_000)];
      const timed = options.timed ?? !same(request, later);
      if (!timed) return;
      const farMs = (source.toleranceMs ?? 300_000) + 2000;
      await mustReject(request, "an hour after its time", NOW + farMs + 3_600_000);
      await mustReject(request, "before its time", NOW - farMs);
    });

    test("answers hostile requests with a rejection, and throws nothing else", async () => {
      const request = await sign("text", NOW);
      const values = [
        "x",
        ",",
        "=",
        "v1=",
        "t=1,v1=",
        "\u0000",
        "ÿ".repeat(64),
        "a.b.c",
        "Bearer ",
        "x".repeat(HUGE_HEADER),
        "v1,".repeat(20_000),
      ];
      const random = Array.from({ length: 100 }, () => randomBytes(24).toString("latin1"));
      const isInHeaders = covered.some((name) => request.headers[name] !== undefined);
      for (const value of isInHeaders ? [...values, ...random] : []) {
        const headers = Object.fromEntries(Object.keys(request.headers).map((name) => [name, value]));
        await mustReject({ ...request, headers }, `headers: ${value.slice(0, 40)}`);
      }
      const bodies = [
        "null",
        "[]",
        "{",
        '"',
        "[".repeat(1000),
        "=&=&",
        '{"a":'.repeat(1000),
        randomBytes(300),
      ];
      for (const body of bodies) {
        for (const method of ["POST", "GET", "HEAD", "OPTIONS", "PUT"]) {
          const hostile = { ...request, body, method, url: "/hook?%&a=%ff&=" };
          await mustBeHarmless(source, hostile);
          if (signsBody) await mustReject(hostile, `body: ${String(body).slice(0, 40)}`);
        }
      }
    });

    test("rejects a large unsigned request before it costs much", async () => {
      const request = await sign("text", NOW);
      for (const unit of ["[", '{"a":', "a=1&", "%41"]) {
        const body = Buffer.from(unit.repeat(1024 * 1024).slice(0, source.maxBodyBytes ?? 5 * 1024 * 1024));
        const startedAt = process.hrtime.bigint();
        const result = await resultOf({ ...request, body });
        const tookMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
        if (signsBody) assert.equal(result, "rejected");
        assert.ok(tookMs < MOST_MS, `${body.length} bytes of ${unit} took ${tookMs} ms.`);
      }
    });

    const [first] = covered;
    if (options.timing === false || first === undefined) return;
    test("takes as long for a signature that is wrong at its start as for one that is wrong at its end", async () => {
      const request = await sign("text", NOW);
      const value = request.headers[first];
      if (value === undefined) return;
      const score = timingScore(value, (changed) => {
        const delivery = deliveryOf({ ...request, headers: { ...request.headers, [first]: changed } }, NOW);
        return () => source.verify(delivery, NOW);
      });
      assert.ok(score === undefined || Math.abs(score) < 8, `The times differ: standard score ${score}.`);
    });
  });
}

async function verify(source: Source, request: WebhookRequest, nowMs: number) {
  try {
    await source.verify(deliveryOf(request, nowMs), nowMs);
    return "accepted";
  } catch (thrown) {
    if (thrown instanceof RejectedError && thrown.status >= 400 && thrown.status < 600) return "rejected";
    throw thrown;
  }
}

/** A hostile request may get an answer of the handshake, or a rejection; nothing else. */
async function mustBeHarmless(source: Source, request: WebhookRequest): Promise<void> {
  try {
    const answer = await source.handshake?.(deliveryOf(request, NOW), NOW);
    assert.ok(answer === undefined || (answer.status >= 200 && answer.status < 600));
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
  }
}

function* oneBitAway(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      yield changed;
    }
  }
}

/** All of them, or as many as there is time for, spread evenly. */
function sampled(all: Iterable<Buffer>): readonly Buffer[] {
  const list = [...all];
  const step = Math.max(1, Math.ceil(list.length / MOST_CHANGES));
  return list.filter((_one, at) => at % step === 0);
}

/** A text in which every second letter has the other case: no signature is written so. */
function swapCase(value: string): string {
  let letters = 0;
  const changed = value.replaceAll(/[a-zA-Z]/g, (letter) => {
    letters += 1;
    if (letters % 2 === 1) return letter;
    return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  });
  // Without two letters there is no second case to write.
  return changed === value ? `${value}x` : changed;
}

function same(a: SignedRequest, b: SignedRequest): boolean {
  return JSON.stringify([a.headers, String(a.body)]) === JSON.stringify([b.headers, String(b.body)]);
}
