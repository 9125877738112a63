import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { isIPv6 } from "node:net";
import { memoryInbox } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { endpointUrl } from "../../src/mcp/delivery/endpoint-url.js";
import { EndpointSender } from "../../src/mcp/delivery/webhook-sender.js";
import { delivery, endpoint, hostOn, platformWithStars, STAR, secret } from "./support.js";

/** The special-purpose registries of IANA for IPv4 and IPv6: what is not globally reachable, and multicast. */
const ranges = [
  ..."0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24".split(" "),
  ..."192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24".split(" "),
  ..."224.0.0.0/4 240.0.0.0/4 255.255.255.255/32".split(" "),
  ..."::/128 ::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23".split(" "),
  ..."2001::/32 2001:2::/48 2001:10::/28 2001:20::/28 2001:db8::/32 2002::/16 3fff::/20 5f00::/16".split(" "),
  ..."fc00::/7 fe80::/10 fec0::/10 ff00::/8".split(" "),
];

/** The first and the last address of a range. */
function ends(range: string): readonly string[] {
  const [address = "", size] = range.split("/");
  const bits = isIPv6(address) ? 128n : 32n;
  const first = bits === 128n ? ofIPv6(address) : ofIPv4(address);
  const last = first | ((1n << (bits - BigInt(size ?? 0))) - 1n);
  return [first, last].map((value) => (bits === 128n ? textOfIPv6(value) : textOfIPv4(value)));
}

const ofIPv4 = (text: string) => text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
const textOfIPv4 = (value: bigint) => [24n, 16n, 8n, 0n].map((by) => (value >> by) & 255n).join(".");

function ofIPv6(text: string): bigint {
  const [left = "", right = ""] = text.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(left), groups(right)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

const textOfIPv6 = (value: bigint) =>
  [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((by) => ((value >> by) & 0xffffn).toString(16)).join(":");

/** The sockets that this process opens to the outside from now on. */
function countSockets(): { readonly opened: number } {
  const counted = { opened: 0 };
  const count = () => {
    counted.opened += 1;
  };
  subscribe("net.client.socket", count);
  onTestFinished(() => void unsubscribe("net.client.socket", count));
  return counted;
}

test("no webhook opens a socket to the first or last address of a special range, by literal or by name", async () => {
  const addresses = ranges.flatMap(ends);
  expect(addresses).toContain("127.255.255.255");
  expect(addresses).toContain("fe80:0:0:0:0:0:0:0");
  const sender = new EndpointSender({
    clock: systemClock,
    timeoutMs: 2000,
    resolve: async (name) => [{ address: addresses[Number(name.split(".")[0]?.slice(1))] ?? "", family: 4 }],
  });
  const sockets = countSockets();
  for (const [at, address] of addresses.entries()) {
    for (const host of [isIPv6(address) ? `[${address}]` : address, `a${at}.example`]) {
      const result = await sender.send({
        endpoint: endpointUrl(`https://${host}/`, false),
        ...{ subscriptionId: "sub_1", messageId: "msg_1", body: "{}", secrets: [secret] },
      });
      expect(result, host).toEqual({ error: "connection_refused" });
    }
  }
  expect(sockets.opened).toBe(0);
  // The count would notice: port 1 of this machine.
  await sender.send({
    endpoint: endpointUrl("http://127.0.0.1:1/", true),
    ...{ subscriptionId: "sub_1", messageId: "msg_1", body: "{}", secrets: [secret] },
  });
  expect(sockets.opened).toBe(1);
});

test("a slow endpoint delays no other one, and gets its event once it is fast", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), {
    deliveryTimeoutMs: 1000,
    retryDelaysMs: [300_000],
  });
  const world = { isSlow: true };
  const asked: string[] = [];
  const slow = await endpoint(({ message }) => {
    asked.push(message.data.starred_by);
    return world.isSlow ? new Promise<number>(() => undefined) : 204;
  });
  const quick = await endpoint();
  const params = (url: string) => ({ name: STAR, arguments: {}, delivery: delivery(url) });
  for (const { url } of [slow, quick]) await call("events/subscribe", params(url));
  await star("a");
  await vi.waitFor(() => expect(asked).toEqual(["a"]));
  await star("b");
  await vi.waitFor(() => expect(quick.received).toHaveLength(2));
  const status = async () => (await call("events/subscribe", params(slow.url))).result.deliveryStatus;
  // A refresh ends the pause, so that the last one makes the endpoint fast first.
  await vi.waitFor(async () => expect(await status()).toMatchObject({ lastError: "timeout" }), 20_000);
  world.isSlow = false;
  await vi.waitFor(async () => {
    await status();
    expect(slow.received.map(({ message }) => message.data.starred_by).sort()).toEqual(["a", "b"]);
  }, 20_000);
});
