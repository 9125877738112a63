// Which kind of work a function of a profile does.

/** Functions of Node's that are written in C++: they have a name and no file. */
const native = new Map(
  Object.entries({
    "(idle)": "idle",
    "(program)": "native code without a name",
    "(garbage collector)": "garbage collector",
    "(root)": "native code without a name",
    parse: "JSON.parse",
    stringify: "JSON.stringify",
    writev: "writing to the socket",
    writeBuffer: "writing to the socket",
    writeUtf8String: "writing to the socket",
    writeLatin1String: "writing to the socket",
    writeAsciiString: "writing to the socket",
    hash: "crypto",
    oneShotDigest: "crypto",
    update: "crypto",
    digest: "crypto",
    init: "crypto",
    Hmac: "crypto",
    Hash: "crypto",
    HashJob: "crypto",
    timingSafeEqual: "crypto",
    toString: "bytes to text and back",
    utf8Slice: "bytes to text and back",
    latin1Slice: "bytes to text and back",
    asciiSlice: "bytes to text and back",
    utf8ToString: "bytes to text and back",
    utf8Write: "bytes to text and back",
    utf8WriteStatic: "bytes to text and back",
    latin1Write: "bytes to text and back",
    latin1WriteStatic: "bytes to text and back",
    base64Write: "bytes to text and back",
    hexWrite: "bytes to text and back",
    byteLengthUtf8: "bytes to text and back",
    copy: "bytes to text and back",
    decode: "bytes to text and back",
    encode: "bytes to text and back",
    decodeUTF8: "bytes to text and back",
    encodeInto: "bytes to text and back",
    indexOf: "search in bytes",
    indexOfString: "search in bytes",
    indexOfBuffer: "search in bytes",
    compare: "search in bytes",
    isAscii: "search in bytes",
    isUtf8: "search in bytes",
    execute: "HTTP parser",
    consume: "HTTP parser",
    finish: "HTTP parser",
  }),
);

/** Node's own JavaScript, the first that fits. */
const nodeOwn = [
  [/^node:(_http|internal\/http|http)/, "node:http"],
  [
    /^node:(net|internal\/stream_base|internal\/streams|_stream|stream|internal\/net)/,
    "node:net and streams",
  ],
  [/^node:(internal\/crypto|crypto)/, "crypto"],
  [/^node:(buffer|internal\/buffer|string_decoder|internal\/encoding)/, "bytes to text and back"],
  [
    /^node:(internal\/(timers|process|async_hooks|event_target|priority_queue|linkedlist|worker|abort)|timers|events|async_hooks|diagnostics_channel)/,
    "event loop, timers, EventEmitter",
  ],
  [/^node:internal\/(modules|bootstrap|vm|main|deps\/cjs)/, "loading of modules"],
];

/** @param frame a function: its name, its file ("" where it is native), its line */
export function workOf({ name, file }) {
  if (file === "") return native.get(name) ?? `native ${name}`;
  if (file.startsWith("node:")) {
    return nodeOwn.find(([pattern]) => pattern.test(file))?.[1] ?? "the rest of Node's JavaScript";
  }
  const ours = /^src\/(?:([^/]+)\/)?/.exec(file);
  if (ours !== null) return ours[1] === undefined ? `ours: ${file}` : `ours: src/${ours[1]}/`;
  const module = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (module !== undefined && module !== ".cache") return `package ${module}`;
  return file.includes("/bench/") ? "the subject's own program" : "other files";
}
