import { describe, expect, test } from "vitest";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { testSource } from "../../src/testing/index.js";
import { signers } from "./support/signers.js";

test("every sender with a name is signed for, and every signer is a sender's", () => {
  const generic = ["hmac", "token"];
  const named = Object.keys(signers).filter((name) => !generic.includes(name));
  expect(named.sort()).toEqual(senderDefinitions.map(({ scheme }) => scheme.provider));
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
