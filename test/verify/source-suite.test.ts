import { describe, expect, test } from "vitest";
import { defineSource, reject, verified } from "../../src/index.js";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { testSource } from "../../src/testing/index.js";
import { signers } from "./support/signers.js";

test("every sender with a name is signed for, and every signer is a sender's", () => {
  const generic = ["hmac", "token"];
  const named = Object.keys(signers).filter((name) => !generic.includes(name));
  expect(named.sort()).toEqual(senderDefinitions.map(({ scheme }) => scheme.provider));
});

test("header names in capitals are tested, and a request without any covered header fails", async () => {
  const tests = new Map<string, () => Promise<void>>();
  const runner = {
    describe: (_: string, declare: () => void) => declare(),
    test: (title: string, run: () => Promise<void>) => tests.set(title, run),
  };
  const careless = defineSource({
    provider: "careless",
    credentialHeaders: ["X-Sig"],
    verify: (request) => {
      if (request.header("x-sig") === undefined) throw reject("ERR_SIGNATURE_MISSING", "none");
      return verified({});
    },
  });
  testSource(careless, { sign: (body) => ({ headers: { "X-Sig": "abc" }, body }), runner, timing: false });
  const changed = [...tests].find(([title]) => title.includes("one bit"))?.[1];
  await expect(changed?.()).rejects.toThrow("Accepted: x-sig");
  testSource(careless, {
    sign: (body) => ({ headers: { "x-sig": "abc" }, body }),
    covered: ["x-signature"],
    signsBody: false,
    runner,
    timing: false,
  });
  const accepts = [...tests].find(([title]) => title.startsWith("accepts"))?.[1];
  await expect(accepts?.()).rejects.toThrow("none of the covered headers: x-signature");
});

for (const [name, { make, sign, signsBody, covered, repeats, timed }] of Object.entries(signers)) {
  testSource(make(), {
    sign,
    signsBody,
    covered,
    repeats,
    timed,
    // test/verify/timing.test.ts measures each way to compare; here, two of them show that the suite can.
    timing: name === "github" || name === "mux",
    runner: { describe, test },
  });
}
