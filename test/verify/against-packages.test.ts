import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runs } from "../support/runs.js";
import { headerOf, type TestRequest, withHeader } from "./support/request.js";
import { type Subject, signedAt, subjects } from "./support/subjects.js";
import { codeOf, verdict } from "./support/verdict.js";

const page = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const time = String(signedAt / 1000);
const id = "msg_1";

/** One request of a kind, and when it is received, milliseconds after it was signed. */
interface Case {
  readonly request: TestRequest;
  readonly lateMs?: number;
}

function at(subject: Subject, entries: readonly string[], text = time, as = id): TestRequest {
  return subject.request(subject.value(entries, text), text, as);
}

const right = (subject: Subject, text = time, as = id) => subject.entry(subject.sign(text, as));
const wrongSignature = (subject: Subject) => {
  const bytes = Buffer.from(subject.sign(time, id), subject.encoding).fill(0);
  return subject.entry(bytes.toString(subject.encoding));
};
const several = (subject: Subject) => subject.separator !== undefined;
const hasTime = (subject: Subject) => subject.toleranceMs !== undefined && subject.name !== "@linear/sdk";

/** What a request may look like, by kind. The kinds in which a package and ours differ stand in the docs. */
const kinds: Readonly<Record<string, (subject: Subject) => readonly Case[]>> = {
  "a request as it is signed": (s) => [{ request: at(s, [right(s)]) }],
  "a wrong signature": (s) => [{ request: at(s, [wrongSignature(s)]) }],
  "no signature, or an empty one": (s) => [
    { request: withHeader(at(s, [right(s)]), s.header, "") },
    { request: at(s, [s.entry("")]) },
  ],
  "half a signature, or one and a half": (s) => {
    const whole = s.sign(time, id);
    return [
      { request: at(s, [s.entry(whole.slice(0, whole.length / 2))]) },
      { request: at(s, [s.entry(whole + whole.slice(0, whole.length / 2))]) },
    ];
  },
  "upper-case hex": (s) =>
    s.encoding === "hex" ? [{ request: at(s, [s.entry(s.sign(time, id).toUpperCase())]) }] : [],
  "hex in mixed case": (s) => {
    const hex = s.sign(time, id);
    const first = hex.search(/[a-f]/);
    const mixed = hex.slice(0, first) + hex.charAt(first).toUpperCase() + hex.slice(first + 1);
    return s.encoding === "hex" ? [{ request: at(s, [s.entry(mixed)]) }] : [];
  },
  "a wrong signature before the right one": (s) =>
    several(s) ? [{ request: at(s, [wrongSignature(s), right(s)]) }] : [],
  "a wrong signature after the right one": (s) =>
    several(s) ? [{ request: at(s, [right(s), wrongSignature(s)]) }] : [],
  "a malformed signature before the right one": (s) =>
    several(s) ? [{ request: at(s, [s.entry("short"), right(s)]) }] : [],
  "a malformed signature after the right one": (s) =>
    several(s) ? [{ request: at(s, [right(s), s.entry("short")]) }] : [],
  "an entry of another version, or of none": (s) =>
    several(s)
      ? ["v9,abc", "v9=abc", "abc"].flatMap((entry) => [
          ...(entry.includes(s.separator ?? "") ? [] : [{ request: at(s, [entry, right(s)]) }]),
          ...(entry.includes(s.separator ?? "") ? [] : [{ request: at(s, [right(s), entry]) }]),
        ])
      : [],
  "an empty entry": (s) =>
    several(s) ? [{ request: at(s, ["", right(s)]) }, { request: at(s, [right(s), ""]) }] : [],
  "the header twice, joined by a server": (s) => {
    const value = s.value([right(s)], time);
    return [{ request: s.request(`${value}, ${value}`, time, id) }];
  },
  "text after the signature": (s) =>
    [",more", "=more", " more", "more"].map((more) => ({ request: at(s, [right(s) + more]) })),
  "text before the signature": (s) =>
    ["x", "sha256=x", "   "].map((more) => ({ request: at(s, [more + right(s)]) })),
  "another prefix of the same length": (s) => {
    const prefix = s.entry("");
    return prefix === "" || prefix.includes(",") ? [] : [{ request: at(s, [`xy=${s.sign(time, id)}`]) }];
  },
  "the right prefix and a sign that is no hex digit": (s) =>
    s.encoding === "hex" ? [{ request: at(s, [s.entry(`g${s.sign(time, id).slice(1)}`)]) }] : [],
  "a time with more than digits": (s) =>
    hasTime(s)
      ? [`${time}abc`, ` ${time}`, `${time}.5`, `0${time}`].flatMap((text) => [
          { request: at(s, [right(s, text)], text) },
          { request: at(s, [right(s, time)], text) },
        ])
      : [],
  "the time twice in the header": (s) => {
    const name = s.value([], time);
    return s.name === "stripe" || s.name.startsWith("@paddle")
      ? [{ request: at(s, [name, right(s)]) }, { request: at(s, [right(s), name]) }]
      : [];
  },
  "an id with a dot, or longer than 256 characters": (s) =>
    s.header.endsWith("-signature") && s.separator === " "
      ? ["a.b", "m".repeat(257)].map((as) => ({ request: at(s, [right(s, time, as)], time, as) }))
      : [],
  "received within the tolerance": (s) =>
    s.toleranceMs === undefined
      ? []
      : [0, 1000, s.toleranceMs - 1000, s.toleranceMs].map((lateMs) => ({
          request: at(s, [right(s)]),
          lateMs,
        })),
  "received within the second after the tolerance": (s) =>
    s.toleranceMs === undefined ? [] : [{ request: at(s, [right(s)]), lateMs: s.toleranceMs + 1 }],
  "received later": (s) =>
    s.toleranceMs === undefined
      ? []
      : [1000, 100_000].map((more) => ({ request: at(s, [right(s)]), lateMs: (s.toleranceMs ?? 0) + more })),
  "signed ahead, within the tolerance": (s) =>
    s.toleranceMs === undefined ? [] : [{ request: at(s, [right(s)]), lateMs: -s.toleranceMs }],
  "signed further ahead": (s) =>
    s.toleranceMs === undefined
      ? []
      : [1000, 100_000].map((more) => ({ request: at(s, [right(s)]), lateMs: -(s.toleranceMs ?? 0) - more })),
  "some headers of one set, some of the other": (s) => {
    if (s.name !== "svix") return [];
    const { "svix-id": svixId = "", ...rest } = at(s, [right(s)]).headers;
    return [{ request: { headers: { ...rest, "webhook-id": svixId }, body: at(s, []).body } }];
  },
  "the unbranded set of headers": (s) => {
    if (s.name !== "svix") return [];
    const { headers, body } = at(s, [right(s)]);
    const renamed = Object.entries(headers).map(([name, value]) => [
      name.replace("svix-", "webhook-"),
      value,
    ]);
    return [{ request: { headers: Object.fromEntries(renamed), body } }];
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What each says of a request. */
async function both(subject: Subject, { request, lateMs = 0 }: Case) {
  const nowMs = signedAt + lateMs;
  vi.setSystemTime(nowMs);
  const ours = codeOf(verdict(subject.source, request, nowMs)) === "accepted";
  return { ours, theirs: await subject.accepts(request) };
}

/** The rows of the page: kind → what we do → for which packages. */
function documented(): Record<string, string> {
  const [, section = ""] = page.split("## Where earshot differs from the sender's SDK");
  const rows = [...section.matchAll(/^\| ([^|`]+) \| (accepted|rejected) \| ([^|]+) \| [^|]{20,} \|$/gm)];
  return Object.fromEntries(
    rows.map(([, kind = "", verdictOfOurs = "", packages = ""]) => [
      kind.trim(),
      `${verdictOfOurs}: ${[...packages.matchAll(/`([^`]+)`/g)]
        .map(([, name]) => name)
        .sort()
        .join(", ")}`,
    ]),
  );
}

test("each difference from a sender's own package is a row of the page, and each row is a difference", async () => {
  const differences = new Map<string, { ours: Set<boolean>; packages: Set<string> }>();
  let cases = 0;
  for (const [kind, make] of Object.entries(kinds)) {
    for (const subject of subjects) {
      for (const one of make(subject)) {
        cases += 1;
        const { ours, theirs } = await both(subject, one);
        if (ours === theirs) continue;
        const known = differences.get(kind) ?? { ours: new Set(), packages: new Set() };
        known.ours.add(ours);
        known.packages.add(subject.name);
        differences.set(kind, known);
      }
    }
  }
  expect(cases).toBeGreaterThan(200);
  const found = [...differences].map(([kind, { ours, packages }]) => {
    const verdicts = [...ours].map((yes) => (yes ? "accepted" : "rejected")).join(" and ");
    return [kind, `${verdicts}: ${[...packages].sort().join(", ")}`];
  });
  expect(documented()).toEqual(Object.fromEntries(found));
});

test.each(subjects.map((one) => [one.name, one] as const))(
  "%s: what it signs is accepted by both, and a wrong signature by neither",
  async (_name, subject) => {
    expect(await both(subject, { request: at(subject, [right(subject)]) })).toEqual({
      ours: true,
      theirs: true,
    });
    expect(await both(subject, { request: at(subject, [wrongSignature(subject)]) })).toEqual({
      ours: false,
      theirs: false,
    });
  },
);

test.each(subjects.map((one) => [one.name, one] as const))(
  "%s: of changed headers nothing is accepted that it rejects, but the right signature, in other case or place",
  async (_name, subject) => {
    const request = at(subject, [right(subject)]);
    const names = Object.keys(request.headers);
    const pieces = fc.constantFrom(
      "",
      " ",
      ",",
      ";",
      "=",
      "0",
      "a",
      "A",
      "v1,",
      "v1=",
      "h1=",
      "\t",
      "==",
      "sha256=",
    );
    const edit = fc.record({
      name: fc.constantFrom(...names),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      take: fc.nat({ max: 2 }),
      piece: pieces,
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 2 }), async (edits) => {
        let changed = request;
        for (const { name, from, take, piece, again } of edits) {
          const value = headerOf(changed, name);
          const start = Math.floor(from * (value.length + 1));
          const made = value.slice(0, start) + piece + value.slice(start + take);
          changed = withHeader(changed, name, again ? `${value}${subject.separator ?? " "}${made}` : made);
        }
        const { ours, theirs } = await both(subject, { request: changed });
        if (ours && !theirs) {
          // The same signature, in a place or case that the package does not look at.
          expect(headerOf(changed, subject.header).toLowerCase()).toContain(
            subject.sign(time, id).toLowerCase(),
          );
        }
      }),
      { seed, numRuns: runs(1500) },
    );
  },
);
