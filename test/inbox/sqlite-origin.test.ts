import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { InboxRecord } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { OriginPacker, unpackOrigin } from "../../src/inbox/sqlite/packed-origin.js";
import type { Origin } from "../../src/model/verified.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

const name = fc.oneof(
  fc.constantFrom("host", "user-agent", "x-id", "__proto__", "constructor", "7", ""),
  fc.string({ maxLength: 8, unit: "binary" }),
);
const entries = fc.dictionary(name, fc.string({ maxLength: 12, unit: "binary" }), { maxKeys: 6 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const request = fc.record({
  method: fc.constantFrom("POST", "PUT"),
  path: fc.constantFrom("/a", "/b", "/{x}", ""),
  route: fc.constantFrom("/a", "/{x}"),
  query: entries,
  headers: entries,
});
const origin = fc.record(
  {
    provider: fc.constantFrom("composio", "acme"),
    signed: fc.boolean(),
    route: optional(fc.constantFrom("/a", "/{x}")),
    messageId: optional(fc.string({ unit: "binary" })),
    digest: fc.string(),
    eventName: fc.string(),
    sentAt: fc.integer(),
    part: fc.nat(),
    traceparent: fc.string(),
    read: fc.record({ name: fc.string(), id: fc.string(), at: fc.integer() }, { requiredKeys: [] }),
    request,
  },
  { requiredKeys: ["provider", "signed"] },
) as fc.Arbitrary<Origin>;

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("an origin comes back as its JSON would, whatever came before it", () => {
  fc.assert(
    fc.property(fc.array(origin, { minLength: 1, maxLength: 12 }), (origins) => {
      const packer = new OriginPacker();
      for (const one of [...origins, ...origins]) {
        const { shape, facts } = packer.pack(one);
        expect(unpackOrigin(shape?.text ?? null, facts)).toStrictEqual(asJson(one));
      }
    }),
    { numRuns: 150 },
  );
});

function withHeaders(headers: Record<string, string>): Origin {
  const of = { method: "POST", path: "/webhook", route: "/webhook", query: {}, headers };
  return { provider: "composio", signed: true, route: "/webhook", messageId: "m", request: of };
}

test("a header that is no text is kept as its JSON has it", () => {
  const packer = new OriginPacker();
  packer.pack(withHeaders({ a: "1" }));
  const odd = withHeaders({ a: 5 as unknown as string });
  const { shape, facts } = packer.pack(odd);
  expect(unpackOrigin(shape?.text ?? null, facts)).toEqual(asJson(odd));
});

test("events of one sender share one shape in the file; names that a sender makes up are bounded; all have their requests", async () => {
  const { folder, remove } = temporaryFolder();
  const path = join(folder, "inbox.db");
  const inbox = sqliteInbox({ path });
  await inbox.open(contextFor());
  const origins = Array.from({ length: 200 }, (_, n) =>
    withHeaders(n < 100 ? { "x-id": `${n}`, "x-same": "y" } : { [`x-${n}`]: "1" }),
  );
  await Promise.all(origins.map((one, n) => inbox.store(entryOf(n, { origin: one }), false)));
  const found = new Map<string, InboxRecord>();
  for await (const record of inbox.find({})) found.set(record.id, record);
  for (const [n, one] of origins.entries()) expect(found.get(entryOf(n).id)?.origin).toEqual(one);
  await inbox.close();

  const db = openDatabase(path, { readonly: true });
  expect(db.prepare("SELECT count(*) FROM origin_shapes").pluck().get()).toBe(64);
  const shared =
    "SELECT count(*) AS records, max(length(origin_facts)) AS longest FROM contents WHERE shape_id = 1";
  const { records, longest } = db.prepare(shared).get() as { records: number; longest: number };
  expect(records).toBe(100);
  expect(longest).toBeLessThan(JSON.stringify(origins[99]).length / 3);
  db.close();
  remove();
});
