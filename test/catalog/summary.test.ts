import fc from "fast-check";
import { expect, test } from "vitest";
import { builtInCatalog } from "../../src/catalog/index.js";
import { summaryTemplates } from "../../src/catalog/summaries.js";
import { eventSummary } from "../../src/catalog/summary.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";

test("each trigger of the catalog has a template, and each template a trigger", () => {
  const names = builtInCatalog().map(({ name }) => name);
  expect(Object.keys(summaryTemplates).sort()).toEqual(names.sort());
});

test("a template's members are replaced, in whatever case the trigger's name is", () => {
  const payload = {
    starred_by: "ada",
    repository_url: "https://github.com/acme/site",
    repository_name: "site",
  };
  expect(eventSummary(STAR, payload)).toBe("ada starred acme/site");
  expect(eventSummary(STAR.toLowerCase(), { ...payload, repository_url: "?" })).toBe("ada starred site");
  const object = { amount: 2_500, currency: "eur", failure_code: "card_declined" };
  expect(eventSummary("STRIPE_CHARGE_FAILED_TRIGGER", { body: { data: { object } } })).toBe(
    "charge of 25.00 EUR failed: card_declined",
  );
});

test("without a template, or without a member of it, the two most telling members are shown", () => {
  const issue = {
    id: 7,
    html_url: "https://x",
    issue: { number: 4, title: "It\n breaks", user: { login: "ada" } },
  };
  expect(eventSummary("issues", issue)).toBe("It breaks · ada");
  expect(eventSummary(STAR, { action: "created", count: 3 })).toBe("created · 3");
  expect(eventSummary("toString", { a: { b: [{ c: "deep" }] } })).toBe("deep");
  expect(eventSummary("x", {})).toBe("");
  expect(eventSummary("x", "only text")).toBe("only text");
});

test("any payload has a summary of one short line, and none throws", () => {
  const names = [...Object.keys(summaryTemplates), "unknown", "__proto__", ""];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.anything({ withBigInt: true, withDate: true }),
      (name, payload) => {
        const text = eventSummary(name, payload);
        expect(text.length).toBeLessThan(200);
        expect(text).not.toMatch(/[\n\r\u202e]/);
      },
    ),
  );
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error("no");
      },
    },
  );
  expect(eventSummary(STAR, hostile)).toBe("");
  const circular: Record<string, unknown> = { text: `a\u202eb ${"long ".repeat(100)}` };
  circular.self = circular;
  expect(eventSummary("x", circular)).toMatch(/^a\ufffdb long .*…/);
});
