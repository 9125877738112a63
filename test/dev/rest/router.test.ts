import { expect, test } from "vitest";
import { empty } from "../../../src/dev/http/answer.js";
import { Router } from "../../../src/dev/http/router.js";

const at = (method: string, path: string) => ({ method, path, handle: () => empty() });

test("a path's own words come before a parameter in their place, in whatever order they were named", () => {
  const endpoints = [at("GET", "/a/{id}"), at("GET", "/a/words"), at("POST", "/a/{id}")];
  for (const order of [endpoints, [...endpoints].reverse()]) {
    const router = new Router(order);
    expect(router.find("GET", "/a/words").endpoint.path).toBe("/a/words");
    expect(router.find("HEAD", "/a/b%20c").params.get("id")).toBe("b c");
    expect(router.find("POST", "/a/words").endpoint.path, "for another method").toBe("/a/{id}");
  }
});

test("an empty place is no parameter", () => {
  const router = new Router([at("GET", "/a/{id}/b")]);
  expect(() => router.find("GET", "/a//b")).toThrow(expect.objectContaining({ status: 404 }));
});
