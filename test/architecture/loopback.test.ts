import { expect, test } from "vitest";
import { isLoopback, isLoopbackUrl } from "../../src/base/loopback.js";

test.each([
  "localhost",
  "LOCALHOST",
  "platform.localhost",
  "localhost.",
  "127.0.0.1",
  "127.8.9.1",
  "0x7f000001",
  "2130706433",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
])("%s is this machine", (host) => {
  expect(isLoopback(new URL(`http://${host}:80`).hostname)).toBe(true);
  expect(isLoopbackUrl(`https://${host}/path`)).toBe(true);
});

test.each([
  "localhost.example.com",
  "127.0.0.1.example.com",
  "mylocalhost",
  "example.com",
  "10.0.0.1",
  "128.0.0.1",
  "0.0.0.0",
  "[::]",
  "[::2]",
  "[::ffff:10.0.0.1]",
])("%s is not this machine", (host) => {
  expect(isLoopback(new URL(`http://${host}:80`).hostname)).toBe(false);
  expect(isLoopbackUrl(`https://${host}/path`)).toBe(false);
});

test("what is no URL is not this machine", () => {
  expect(["", "localhost", "http://"].filter(isLoopbackUrl)).toEqual([]);
});
