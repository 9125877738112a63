import fc from "fast-check";
import { expect, test } from "vitest";
import { contentLengthOf } from "../../../src/transports/webhook/request-head.js";
import { runs } from "../../support/runs.js";

test("a length is its digits, and nothing else is a length", () => {
  expect(contentLengthOf(undefined)).toBeUndefined();
  expect(contentLengthOf(null)).toBeUndefined();
  for (const header of ["", " ", "1 ", " 1", "+1", "-1", "1e3", "0x10", "1.0", "1,1", "١", "1a", ":", "/"]) {
    expect(contentLengthOf(header), header).toBeNaN();
  }
  // An adapter may have a number where the type says text.
  expect(contentLengthOf(7 as unknown as string)).toBe(7);
  expect(contentLengthOf("9".repeat(400))).toBe(Number.POSITIVE_INFINITY);
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.nat({ max: 3 }), (length, zeros) => {
      expect(contentLengthOf("0".repeat(zeros) + String(length))).toBe(length);
    }),
    { numRuns: runs(300) },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 5 }), (header) => {
      const length = contentLengthOf(header);
      expect(Number.isNaN(length)).toBe(!/^[0-9]+$/.test(header));
    }),
    { numRuns: runs(300) },
  );
});
