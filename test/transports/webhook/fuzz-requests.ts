// Requests to break a webhook server with: random, or valid ones that are changed. None is signed with a secret
// of the server. The same seed gives the same requests.

/** One case, as it goes over the wire: in several writes where it is split. */
export interface FuzzCase {
  readonly kind: string;
  readonly writes: readonly Buffer[];
}

/** Random numbers that can be had again (xorshift, 32 bits). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** A whole number from 0 up to but without `limit`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  bytes(most: number): Buffer {
    const bytes = Buffer.alloc(this.below(most + 1));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.below(256);
    return bytes;
  }

  hex(length: number): string {
    let text = "";
    while (text.length < length) text += this.below(16).toString(16);
    return text;
  }
}

const seconds = () => String(Math.floor(Date.now() / 1000));
const base64 = (random: Random) => Buffer.from(random.hex(64), "hex").toString("base64");

/** What each provider's headers look like, with a signature that nobody made. */
const forged: Readonly<Record<string, (random: Random) => string[]>> = {
  "/webhook": (r) => [
    `webhook-id: msg_${r.hex(8)}`,
    `webhook-timestamp: ${seconds()}`,
    `webhook-signature: v1,${base64(r)}`,
  ],
  "/webhooks/asana": (r) => [`x-hook-signature: ${r.hex(64)}`, `x-hook-secret: ${r.hex(32)}`],
  "/webhooks/discord": (r) => [`x-signature-ed25519: ${r.hex(128)}`, `x-signature-timestamp: ${seconds()}`],
  "/webhooks/github": (r) => [
    `x-hub-signature-256: sha256=${r.hex(64)}`,
    "x-github-event: push",
    `x-github-delivery: ${r.hex(32)}`,
  ],
  "/webhooks/gitlab": (r) => [`x-gitlab-token: ${r.hex(20)}`, "x-gitlab-event: Push Hook"],
  "/webhooks/hubspot": (r) => [
    `x-hubspot-signature-v3: ${base64(r)}`,
    `x-hubspot-request-timestamp: ${Date.now()}`,
  ],
  "/webhooks/linear": (r) => [`linear-signature: ${r.hex(64)}`],
  "/webhooks/meta": (r) => [`x-hub-signature-256: sha256=${r.hex(64)}`],
  "/webhooks/microsoft-graph": () => [],
  "/webhooks/notion": (r) => [`x-notion-signature: sha256=${r.hex(64)}`],
  "/webhooks/slack": (r) => [`x-slack-signature: v0=${r.hex(64)}`, `x-slack-request-timestamp: ${seconds()}`],
  "/webhooks/stripe": (r) => [`stripe-signature: t=${seconds()},v1=${r.hex(64)}`],
  "/webhooks/telegram": (r) => [`x-telegram-bot-api-secret-token: ${r.hex(20)}`],
  "/webhooks/twilio": (r) => [
    `x-twilio-signature: ${Buffer.from(r.hex(40), "hex").toString("base64")}`,
    "content-type: application/x-www-form-urlencoded",
  ],
  "/webhooks/zoom": (r) => [`x-zm-signature: v0=${r.hex(64)}`, `x-zm-request-timestamp: ${seconds()}`],
};
const paths = Object.keys(forged);

function deep(random: Random): string {
  // Now and then deeper than any stack: whatever walks it recursively falls.
  const depth = random.once(50) ? 200_000 : random.below(2000);
  return random.once(2)
    ? "[".repeat(depth) + (random.once(2) ? "]".repeat(depth) : "")
    : `${'{"a":'.repeat(depth)}1${random.once(2) ? "}".repeat(depth) : ""}`;
}

const bodies: readonly ((random: Random) => string | Buffer)[] = [
  (r) => r.bytes(300),
  () => "",
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  () => '{"type":"a","type":"b","id":1,"id":{"id":2},"metadata":{},"metadata":[],"data":1,"data":{}}',
  (r) => `{"n":${"9".repeat(r.once(200) ? 1_000_000 : 1000)}}`,
  (r) => `{"n":-0.${"0".repeat(500)}${r.below(10)}e${r.once(2) ? "" : "-"}${"9".repeat(400)}}`,
  deep,
  (r) => `{"value":[{"clientState":${deep(r)}}]}`,
  (r) => `{"value":[{"clientState":"${r.hex(16)}"}],"__proto__":[]}`,
  (r) => `{"type":"url_verification","challenge":"${r.hex(16)}"}`,
  (r) => `{"event":"endpoint.url_validation","payload":{"plainToken":"${r.hex(16)}"}}`,
  (r) => `{"verification_token":"secret_${r.hex(32)}"}`,
  (r) => `{"type":${r.below(3)},"id":"${r.hex(4)}"}`,
  () => Buffer.from('{"text":"\xff\xfe\xc0\x80\xed\xa0\x80"}', "latin1"),
  () => '{"text":"\\ud800\\u0000","\\u005f\\u005fproto__":1}',
  () => "\ufeff{}",
  () => "null",
  (r) => `a=1&a=${"%".repeat(r.below(50))}&__proto__=x&=&=&${"&".repeat(r.below(500))}`,
  (r) => `payload=${encodeURIComponent(deep(r)).slice(0, 100_000)}`,
  (r) =>
    JSON.stringify({
      id: r.hex(8),
      type: "composio.trigger.message",
      timestamp: "x",
      metadata: { log_id: r.hex(8), trigger_slug: "ACME_X" },
      data: { a: r.hex(r.below(3000)) },
    }),
];

function bodyOf(random: Random): Buffer {
  const body = random.of(bodies)(random);
  return typeof body === "string" ? Buffer.from(body) : body;
}

/** A whole request that HTTP has nothing against; nobody signed it. */
function soundRequest(random: Random): Buffer {
  const path = random.of(paths);
  const query = random.once(5)
    ? `?${random.of(["validationToken=x", "hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", "a=%00%ff", "&&=&"])}`
    : "";
  const body = bodyOf(random);
  const method = random.once(10) ? random.of(["GET", "HEAD", "PUT", "OPTIONS", "DELETE"]) : "POST";
  const head = [
    `${method} ${path}${query} HTTP/1.1`,
    "host: localhost",
    ...(forged[path]?.(random) ?? []),
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

const anything = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  ":",
  " ",
  "\t",
  "%00",
  "é",
  "\x7f",
  "\xff",
  "\r\n\r\n",
  ";",
  "=",
  ",",
  "0",
  "chunked",
];

/** Bytes changed, received out, put in, doubled and cut off. */
function mutated(random: Random, sound: Buffer): Buffer {
  let bytes = sound;
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    const at = random.below(bytes.length + 1);
    // The head is where the parser can be led astray.
    const place = random.once(3) ? at : Math.min(at, random.below(200));
    switch (random.below(5)) {
      case 0:
        bytes = Buffer.from(bytes);
        if (place < bytes.length) bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + random.below(8))]);
        break;
      case 2:
        bytes = Buffer.concat([
          bytes.subarray(0, place),
          Buffer.from(random.of(anything), "latin1"),
          bytes.subarray(place),
        ]);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(random.below(at + 1), at),
          bytes.subarray(at),
        ]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

function chunked(random: Random): Buffer {
  const parts: Buffer[] = [
    Buffer.from(
      `POST ${random.of(paths)} HTTP/1.1\r\nhost: x\r\n${random.of([
        "transfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\n",
        "Transfer-Encoding:\tchunked\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: chunked, chunked\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "content-length: 4\r\ntransfer-encoding: identity\r\n",
      ])}${random.once(5) ? "trailer: x-a\r\n" : ""}\r\n`,
    ),
  ];
  for (let count = random.below(6); count > 0; count -= 1) {
    const data = random.once(3) ? bodyOf(random).subarray(0, 5000) : random.bytes(40);
    const size = random.of([
      data.length.toString(16),
      data.length.toString(16),
      data.length.toString(16).toUpperCase(),
      `000${data.length.toString(16)}`,
      `${data.length.toString(16)};ext="${random.hex(random.below(40))}"`,
      (data.length + random.below(3) - 1).toString(16),
      "ffffffffffffffff",
      "-1",
      "0x4",
      "",
    ]);
    parts.push(Buffer.from(size), Buffer.from(random.once(12) ? "\n" : "\r\n"), data, Buffer.from("\r\n"));
  }
  if (!random.once(4)) parts.push(Buffer.from(`0\r\n${random.once(5) ? "x-a: b\r\nhost: y\r\n" : ""}\r\n`));
  return Buffer.concat(parts);
}

function badLine(random: Random): Buffer {
  const method = random.of([
    "POST",
    "post",
    "GET",
    "PRI",
    "CONNECT",
    "POST\t",
    "",
    "\r\n\r\nPOST",
    random.hex(20),
  ]);
  const target = random.of([
    "/webhook",
    "//webhook",
    "/webhook#x",
    "*",
    "http://x/webhook",
    "localhost:80",
    "/../webhook",
    "/webhooks/%67ithub",
    "/webhooks/__proto__",
    "/constructor",
    `/${"a/".repeat(random.below(3000))}`,
    `/webhook?${"a=b&".repeat(random.below(5000))}`,
    "/w\u00e9bhook",
    "",
  ]);
  const version = random.of([
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/0.9",
    "HTTP/2.0",
    "HTTP/1.10",
    "http/1.1",
    "HTTP/",
    "",
  ]);
  return Buffer.from(
    `${method} ${target} ${version}\r\nhost: x\r\ncontent-length: 2\r\n${random.once(3) ? "connection: upgrade\r\nupgrade: h2c\r\n" : ""}\r\n{}`,
    "latin1",
  );
}

function oddHeaders(random: Random): Buffer {
  const path = random.of(paths);
  const sound = forged[path]?.(random) ?? [];
  const odd = [
    () => `x-a: ${"a".repeat(random.below(20_000))}`,
    () => "x-folded: a\r\n b",
    () => "no colon",
    () => ": no name",
    () => "x a: b",
    () => "content-length: 5",
    () => "content-length: 1e3",
    () => "content-length: 99999999999999999999",
    () => "content-encoding: gzip",
    () => "expect: 100-continue",
    () => "expect: nonsense",
    () => "__proto__: x",
    () => "x-null: a\0b",
    () => `x-forwarded-for: ${"1.1.1.1, ".repeat(random.below(500))}`,
    () => Array.from({ length: random.below(300) }, (_, at) => `x-${at}: y`).join("\r\n") || "x-0: y",
    () => random.of(sound.length === 0 ? ["x: y"] : sound),
  ];
  const lines = [`POST ${path} HTTP/1.1`, "host: x", ...sound];
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    lines.splice(1 + random.below(lines.length), 0, random.of(odd)());
  }
  if (random.once(2)) lines.push("content-length: 2");
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n{}`, "latin1");
}

const makers: readonly (readonly [string, (random: Random) => Buffer])[] = [
  ["random bytes", (r) => r.bytes(600)],
  ["a forged delivery", soundRequest],
  ["a forged delivery", soundRequest],
  ["a changed request", (r) => mutated(r, soundRequest(r))],
  ["a changed request", (r) => mutated(r, soundRequest(r))],
  ["chunks", chunked],
  ["changed chunks", (r) => mutated(r, chunked(r))],
  ["a bad request line", badLine],
  ["odd headers", oddHeaders],
  ["several in one breath", (r) => Buffer.concat([soundRequest(r), badLine(r), soundRequest(r)])],
];

/** The next case. */
export function fuzzCase(random: Random): FuzzCase {
  const [kind, make] = random.of(makers);
  const whole = make(random);
  if (!random.once(4) || whole.length < 2) return { kind, writes: [whole] };
  const at = 1 + random.below(Math.min(whole.length - 1, 300));
  return { kind: `${kind}, split`, writes: [whole.subarray(0, at), whole.subarray(at)] };
}
