// A credential in a body is replaced where it stands; no other byte of the body changes.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CredentialMember } from "../../src/model/source.js";
import { markVerified } from "../../src/verify/outcome.js";
import { redactBody, withoutCredentials } from "../../src/verify/redact-body.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const redact = (text: string, ...members: CredentialMember[]) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(redactBody(bytes(text), members));
const graph = ["value", "clientState"];

test.each([
  ["a member", '{"a":1,"passcode":"x","b":[2]}', ["passcode"], '{"a":1,"passcode":"[redacted]","b":[2]}'],
  ["white space stays", '\n{ "passcode" :\t"x" }\n', ["passcode"], '\n{ "passcode" :\t"[redacted]" }\n'],
  ["a byte order mark", '\ufeff{"passcode":"x"}', ["passcode"], '\ufeff{"passcode":"[redacted]"}'],
  ["a member that comes twice", '{"p":"x","p":"y"}', ["p"], '{"p":"[redacted]","p":"[redacted]"}'],
  ["quotes and escapes in the secret", '{"p":"a\\"b\\\\","c":1}', ["p"], '{"p":"[redacted]","c":1}'],
  ["an escaped name", '{"\\u0070":"x"}', ["p"], '{"\\u0070":"[redacted]"}'],
  ["a name with a dot", '{"a.b":"x","a":{"b":"y"}}', ["a.b"], '{"a.b":"[redacted]","a":{"b":"y"}}'],
  ["a name that is not ASCII", '{"schlüssel":"x"}', ["schlüssel"], '{"schlüssel":"[redacted]"}'],
  ["the same name deeper", '{"a":{"p":"x"},"p":"y"}', ["p"], '{"a":{"p":"x"},"p":"[redacted]"}'],
  ["the name as a value", '{"a":"p","b":["p","x"]}', ["p"], '{"a":"p","b":["p","x"]}'],
  ["the name within a text", '{"a":"\\"p\\":\\"x\\""}', ["p"], '{"a":"\\"p\\":\\"x\\""}'],
  ["a number", '{"p":1.5e3,"q":-7}', ["p", "q"], '{"p":"[redacted]","q":"[redacted]"}'],
  ["what is no secret", '{"p":null,"q":true,"r":{}}', ["p", "q", "r"], '{"p":null,"q":true,"r":{}}'],
  ["a list of secrets", '{"p":["x",["y"]]}', ["p"], '{"p":["[redacted]",["[redacted]"]]}'],
  [
    "each element of a list",
    '{"value":[{"clientState":"x"},{"n":1,"clientState":"x"}],"clientState":"y"}',
    [graph],
    '{"value":[{"clientState":"[redacted]"},{"n":1,"clientState":"[redacted]"}],"clientState":"y"}',
  ],
  ["a body that is a list", '[{"p":"x"},{"p":"y"}]', ["p"], '[{"p":"[redacted]"},{"p":"[redacted]"}]'],
  ["JSON lines", '{"p":"x"}\n{"p":"y"}\n', ["p"], '{"p":"[redacted]"}\n{"p":"[redacted]"}\n'],
  [
    "long numbers stay",
    '{"n":12345678901234567890,"p":"x"}',
    ["p"],
    '{"n":12345678901234567890,"p":"[redacted]"}',
  ],
  ["what is cut off", '{"p":"x","q":"y', ["p", "q"], '{"p":"[redacted]","q":"[redacted]"'],
  ["what is no JSON after it", '{"p":"x"} oops }}', ["p"], '{"p":"[redacted]"} oops }}'],
  ["nothing of it", '{"a":1}', ["p"], '{"a":1}'],
  ["an empty body", "", ["p"], ""],
  ["a field of a form", "a=1&p=x+y%21&b=2", ["p"], "a=1&p=%5Bredacted%5D&b=2"],
  ["a field that comes twice", "p=x&p=y", ["p"], "p=%5Bredacted%5D&p=%5Bredacted%5D"],
  ["an encoded name", "%70=x", ["p"], "%70=%5Bredacted%5D"],
  ["a field without a value", "p&q=1", ["p"], "p&q=1"],
  [
    "JSON in a field",
    "payload=%7B%22token%22%3A%22x%22%2C%22a%22%3A%22%C3%BC%22%7D&b=1",
    [["payload", "token"]],
    "payload=%7B%22token%22%3A%22%5Bredacted%5D%22%2C%22a%22%3A%22%C3%BC%22%7D&b=1",
  ],
  ["text in that field", "payload=token", [["payload", "token"]], "payload=token"],
  ["another text", "<p>x</p>", ["p"], "<p>x</p>"],
] as [string, string, CredentialMember[], string][])("%s", (_what, text, members, expected) => {
  expect(redact(text, ...members)).toBe(expected);
});

test("a body without the members is the same object: nothing is copied", () => {
  const body = bytes('{"a":[1,2,{"b":"c"}]}');
  expect(redactBody(body, ["p", ["a", "p"]])).toBe(body);
});

test("bytes that are no UTF-8 stay as they are, before and after the secret", () => {
  const body = Uint8Array.from([
    ...bytes('{"a":"'),
    0xff,
    0xfe,
    ...bytes('","p":"'),
    0xc3,
    ...bytes('","b":"'),
    0x80,
    0x22,
    0x7d,
  ]);
  expect([...redactBody(body, ["p"])]).toEqual([
    ...bytes('{"a":"'),
    0xff,
    0xfe,
    ...bytes('","p":"[redacted]","b":"'),
    0x80,
    0x22,
    0x7d,
  ]);
});

test("deeper than any stack, and longer than any text of a pattern: it ends, and finds the secret", () => {
  const deep = `{"a":${"[".repeat(300_000)}${"]".repeat(300_000)},"p":"x"}`;
  expect(redact(deep, "p")).toBe(deep.replace('"x"', '"[redacted]"'));
  const long = JSON.stringify({ a: '\\"'.repeat(1_000_000), p: "x" });
  expect(redact(long, "p")).toBe(long.replace(/"x"\}$/, '"[redacted]"}'));
  const fields = `${"a=&".repeat(500_000)}p=x`;
  expect(redact(fields, "p")).toBe(`${"a=&".repeat(500_000)}p=%5Bredacted%5D`);
});

/** What parsing, replacing and writing makes of it. */
function replaced(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, paths));
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => {
      const rest = paths.filter(([first]) => first === name).map((path) => path.slice(1));
      return [name, replaced(member, rest)];
    });
    return Object.fromEntries(members);
  }
  const isLeaf = paths.some((path) => path.length === 0);
  return isLeaf && (typeof value === "string" || typeof value === "number") ? "[redacted]" : value;
}

test("any JSON, written in any way: exactly the members are replaced", () => {
  const name = fc.constantFrom("p", "q", "a", 'q"', "\\", "ü");
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: "grapheme" }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(name, tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  const body = fc.oneof(fc.array(tree, { maxLength: 3 }), fc.dictionary(name, tree, { maxKeys: 4 }));
  const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(body, paths, fc.constantFrom(undefined, 1, "\t"), (value, members, indent) => {
      const text = JSON.stringify(value, null, indent);
      const said = redact(text, ...members);
      expect(said).toBe(JSON.stringify(replaced(JSON.parse(text), members), null, indent));
    }),
    { numRuns: 500 },
  );
});

test("a field of a multipart form is replaced, whole or within its JSON; of a form that is cut, too", () => {
  const type = 'multipart/form-data; boundary="x"';
  const part = (head: string, content: string) =>
    `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const form = (pass: string, hash: string) =>
    part('name="ü"', "ä") +
    part('name="passcode"', pass) +
    part("name=json", `{"event":{"hash":"${hash}","n":12345678901234567890}}`) +
    part('name="empty"', "");
  const members = ["passcode", ["json", "event", "hash"], "empty"];
  const redacted = (text: string) => new TextDecoder().decode(redactBody(bytes(text), members, type));
  const clean = form("[redacted]", "[redacted]");
  expect(redacted(`${form("secret", "mac")}--x--\r\n`)).toBe(`${clean}--x--\r\n`);
  expect(redacted(form("secret", "mac").slice(0, -2))).toBe(clean.slice(0, -2));
  expect(redacted('{"passcode":"secret"}')).toBe('{"passcode":"[redacted]"}');
  const header = (name: string) => (name === "content-type" ? type : undefined);
  const http = { method: "POST", path: "/", target: "/", remoteAddress: undefined, header };
  const body = `${form("secret", "mac")}--x--\r\n`;
  const verified = markVerified(
    { source: "webhook", body, receivedAt: 1, http },
    { provider: "acme", signed: true },
  );
  expect(withoutCredentials(verified, members)).toMatchObject({ delivery: { body: `${clean}--x--\r\n` } });
});
