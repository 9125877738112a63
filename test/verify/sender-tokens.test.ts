import { expect, test } from "vitest";
import { auth0, okta, vapi } from "../../src/verify/index.js";
import { testSecret as secret } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

test("vapi: the secret is accepted in either of its headers, once, and never as another header's value", () => {
  const source = vapi({ secrets: secret });
  const said = (headers: Record<string, string | string[]>) =>
    codeOf(verdict(source, { headers, body: "{}" }, 0));
  expect(said({ authorization: `Bearer ${secret}` })).toBe("accepted");
  expect(said({ "x-vapi-secret": secret })).toBe("accepted");
  expect(said({ authorization: secret })).toBe("ERR_SIGNATURE_WRONG");
  expect(said({ "x-vapi-secret": `Bearer ${secret}` })).toBe("ERR_SIGNATURE_WRONG");
  // A wrong token is not made right by a second header: a proxy might look at the first only.
  expect(said({ authorization: "Bearer wrong", "x-vapi-secret": secret })).toBe("ERR_SIGNATURE_WRONG");
  expect(said({ "x-vapi-secret": [secret, secret] })).toBe("ERR_HEADER_REPEATED");
  expect(said({})).toBe("ERR_SIGNATURE_MISSING");
  expect(source.credentialHeaders).toEqual(["authorization", "x-vapi-secret"]);
});

test("okta and auth0: the token is the whole header, as it was typed there", () => {
  for (const make of [okta, auth0]) {
    const source = make({ secrets: `Bearer ${secret}` });
    const said = (authorization: string) =>
      codeOf(verdict(source, { headers: { authorization }, body: "{}" }, 0));
    expect(said(`Bearer ${secret}`)).toBe("accepted");
    expect(said(secret)).toBe("ERR_SIGNATURE_WRONG");
  }
});

test("okta: the response to a stored delivery is empty, as Okta documents it", () => {
  expect(okta({ secrets: secret }).acknowledgement).toEqual({ status: 200 });
});
