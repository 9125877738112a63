// Values that programs throw, reject with or return by mistake, and some that only a malicious one would.
import { runInNewContext } from "node:vm";
import { Drop, RetryAfter } from "earshot";

/** How a run ends whose callback returns, or resolves with, the value. */
export type Returned = "succeeds" | "fails" | "times out";

export interface OddValue {
  readonly name: string;
  readonly make: () => unknown;
  /** How the run ends where the value is thrown, or rejected with. */
  readonly thrown: "fails" | "drops";
  readonly returned: Returned;
  /**
   * Whether an async function may resolve with it. One that resolves with a rejected promise of an odd kind loses sight
   * of that promise, and its rejection ends the process before anybody is asked.
   */
  readonly resolvable: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** A handler whose every trap throws. */
function throwingTraps(): ProxyHandler<never> {
  const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [
    trap,
    () => {
      throw new Error(`the trap ${trap}`);
    },
  ]);
  return Object.fromEntries(traps) as ProxyHandler<never>;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** An object whose named members throw when they are read. */
function throwingMembers(target: object, ...members: readonly (string | symbol)[]): object {
  // A stack is made of the message when it is first asked for.
  void Reflect.get(target, "stack");
  for (const member of members) {
    Object.defineProperty(target, member, {
      get() {
        throw new Error(`the member ${String(member)}`);
      },
    });
  }
  return target;
}

function withCause(message: string, cause: unknown): Error {
  return new Error(message, { cause });
}

function cyclic(): Error {
  const [first, second] = [new Error("first"), new Error("second")];
  first.cause = second;
  second.cause = first;
  return first;
}

function deep(depth: number): unknown {
  let value: unknown = "the end";
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

function deepCauses(depth: number): Error {
  let error = new Error("the first cause");
  for (let level = 0; level < depth; level += 1) error = withCause(`level ${level}`, error);
  return error;
}

/** An error with members of other types than errors have. */
function errorWith(members: object): Error {
  const error = new Error("changed");
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(error, name, { value, configurable: true });
  }
  return error;
}

class MyDrop extends Drop {}

class Unspeakable extends Error {
  override get message(): string {
    throw new Error("the message");
  }
  override get stack(): string {
    throw new Error("the stack");
  }
  override get name(): string {
    throw new Error("the name");
  }
}

class OddPromise<Value> extends Promise<Value> {
  static override get [Symbol.species](): PromiseConstructor {
    throw new Error("the species");
  }
}

/** `RetryAfter` checks what it is given; a subclass, or a program without types, gets round that. */
function retryAfter(delayMs: unknown): RetryAfter {
  const error = new RetryAfter(0);
  Object.defineProperty(error, "delayMs", { value: delayMs });
  return error;
}

/** As Jest makes one: its `Promise` and `Error` are others. */
function otherRealm(code: string): unknown {
  return runInNewContext(code);
}

const rejection = () => new Error("a rejection that is returned");

type Part = readonly [
  name: string,
  make: () => unknown,
  returned?: Returned,
  thrown?: OddValue["thrown"],
  resolvable?: false,
];

/** Values whose run ends with a return, unless the third place says otherwise. */
const parts: readonly Part[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["false", () => false],
  ["zero", () => 0],
  ["NaN", () => Number.NaN],
  ["a bigint", () => 12n ** 40n],
  ["an empty text", () => ""],
  ["a text of 10 MiB", () => "x".repeat(10 * MEBIBYTE)],
  ["a lone surrogate", () => "before \ud800 after"],
  ["NUL and control characters", () => "a\0b\u001b[31mc\r\nd\u2028e"],
  ["a symbol", () => Symbol("odd")],
  ["a symbol that others have", () => Symbol.iterator],
  ["a function", () => () => "never called"],
  ["a class", () => class Odd {}],
  ["a frozen object", () => Object.freeze({ code: 1 })],
  ["an object without a prototype", () => Object.assign(Object.create(null), { code: 1 })],
  ["a sealed error", () => Object.seal(new Error("sealed"))],
  ["an array", () => [1, [2, [3]]]],
  ["a sparse array", () => new Array(1_000_000)],
  ["a Map", () => new Map([["key", new Map()]])],
  ["a date that is none", () => new Date(Number.NaN)],
  ["bytes", () => new Uint8Array(1000)],
  ["an object 10,000 levels deep", () => deep(10_000)],
  ["a proxy that throws on every trap", () => new Proxy({} as never, throwingTraps()), "fails"],
  [
    "a function's proxy that throws on every trap",
    () => new Proxy((() => undefined) as never, throwingTraps()),
    "fails",
  ],
  [
    "an error's proxy that throws on every trap",
    () => new Proxy(new Error("x") as never, throwingTraps()),
    "fails",
  ],
  ["a revoked proxy", () => revoked({}), "fails"],
  ["a revoked proxy of an array", () => revoked([]), "fails"],
  ["a revoked proxy of a function", () => revoked(() => undefined), "fails"],
  [
    "an error whose message and stack throw",
    () => throwingMembers(new Error("x"), "message", "stack", "name"),
  ],
  ["a class of errors whose every member throws", () => new Unspeakable("x")],
  ["an object whose then throws", () => throwingMembers({}, "then"), "fails"],
  [
    "an object that becomes no text",
    () => throwingMembers({}, "toString", "valueOf", "toJSON", Symbol.toPrimitive, Symbol.toStringTag),
  ],
  ["an object whose text is an object", () => ({ toString: () => ({}), valueOf: () => ({}) })],
  ["an object whose primitive is a symbol", () => ({ [Symbol.toPrimitive]: () => Symbol("odd") })],
  ["an object whose JSON throws", () => ({ toJSON: () => JSON.parse("{") })],
  [
    "an object that contains itself",
    () =>
      Object.assign(
        {},
        {
          get self() {
            return this;
          },
        },
      ),
  ],
  ["an object whose tag throws", () => throwingMembers({}, Symbol.toStringTag)],
  ["an object whose constructor throws", () => throwingMembers({}, "constructor")],
  ["an error whose constructor throws", () => throwingMembers(new Error("x"), "constructor")],
  ["errors with cyclic causes", cyclic],
  ["an error with itself as its cause", () => errorWith({ cause: undefined })],
  ["an error with 5,000 causes", () => deepCauses(5000)],
  ["an error with a message of 10 MiB", () => new Error("y".repeat(10 * MEBIBYTE))],
  ["an error with a stack of 10 MiB", () => errorWith({ stack: "z\n".repeat(5 * MEBIBYTE) })],
  ["an error with half a surrogate pair at every bound", () => new Error("\ud83d\ude00".repeat(20_000))],
  ["an error with lone surrogates", () => new Error("\udc00\ud800")],
  ["an error with NUL in its message", () => new Error("a\0b")],
  ["an error whose message is a number", () => errorWith({ message: 42 })],
  ["an error whose message is an object", () => errorWith({ message: { text: "x" } })],
  ["an error whose message is a symbol", () => errorWith({ message: Symbol("odd"), name: Symbol("odd") })],
  ["an error whose stack is null", () => errorWith({ stack: null })],
  ["an error whose stack is a list", () => errorWith({ stack: ["a", "b"] })],
  ["an error whose code is an object", () => errorWith({ code: {}, solution: Symbol("odd") })],
  ["an AggregateError", () => new AggregateError([new Error("a"), undefined, cyclic()], "several")],
  ["an AggregateError without a message", () => new AggregateError([null])],
  ["a DOMException", () => new DOMException("aborted", "AbortError")],
  ["a Response", () => new Response("no", { status: 500 })],
  ["a RetryAfter of NaN", () => retryAfter(Number.NaN)],
  ["a RetryAfter of -1", () => retryAfter(-1)],
  ["a RetryAfter of a text", () => retryAfter("soon")],
  ["a RetryAfter of a bigint", () => retryAfter(5n)],
  ["a RetryAfter of nothing", () => retryAfter(undefined)],
  ["a RetryAfter of an object", () => retryAfter({ valueOf: () => 1 })],
  ["a RetryAfter whose delay throws", () => throwingMembers(new RetryAfter(1), "delayMs", "message")],
  ["a RetryAfter of half a millisecond", () => new RetryAfter(0.5)],
  ["a Drop", () => new Drop("not for me"), "succeeds", "drops"],
  ["a subclass of Drop", () => new MyDrop(), "succeeds", "drops"],
  [
    "a Drop whose message throws",
    () => throwingMembers(new Drop("x"), "message", "stack"),
    "succeeds",
    "drops",
  ],
  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried
  // Promises, and what looks like them
  ["a promise", () => Promise.resolve(1)],
  ["a rejected promise", () => Promise.reject(rejection()), "fails"],
  ["a promise rejected with undefined", () => Promise.reject(undefined), "fails"],
  ["a promise rejected with a rejected promise", () => Promise.reject(Promise.reject(rejection())), "fails"],
  [
    "a promise with a then that throws",
    () => Object.assign(Promise.resolve(), { then: () => JSON.parse("{") }),
    "succeeds",
    "fails",
    false,
  ],
  [
    "a rejected promise with a then that throws",
    () => Object.assign(Promise.reject(rejection()), { then: () => JSON.parse("{") }),
    "fails",
    "fails",
    false,
  ],
  [
    "a rejected promise with a then that is no function",
    () => Object.assign(Promise.reject(rejection()), { then: 1 }),
    "fails",
    "fails",
    false,
  ],
  [
    "a rejected promise whose then throws when it is read",
    () => throwingMembers(Promise.reject(rejection()), "then"),
    "fails",
    "fails",
    false,
  ],
  [
    "a rejected promise without a constructor",
    () => Object.assign(Promise.reject(rejection()), { constructor: null }),
    "fails",
    "fails",
    false,
  ],
  ["a rejected promise of an odd species", () => OddPromise.reject(rejection()), "fails", "fails", false],
  ["a list of rejected promises", () => [Promise.reject(rejection()), Promise.reject(rejection())], "fails"],
  ["a promise of another realm", () => otherRealm("Promise.resolve(1)")],
  ["a rejected promise of another realm", () => otherRealm("Promise.reject(new Error('x'))"), "fails"],
  [
    "a list of rejected promises of another realm",
    () => otherRealm("[Promise.reject(1), Promise.reject(2)]"),
    "fails",
  ],
  ["an error of another realm", () => otherRealm("new RangeError('x')")],
  ["an object that says it is a promise", () => ({ [Symbol.toStringTag]: "Promise" })],
  ["a list of promises", () => [Promise.resolve(1), 2, undefined]],
  ["a thenable that resolves twice", () => ({ then: (yes: (value?: unknown) => void) => [yes(), yes(1)] })],
  [
    "a thenable that resolves and then rejects",
    () => ({ then: (yes: () => void, no: (why: unknown) => void) => [yes(), no(new Error("late"))] }),
  ],
  [
    "a thenable that rejects and then resolves",
    () => ({ then: (yes: () => void, no: (why: unknown) => void) => [no(new Error("early")), yes()] }),
    "fails",
  ],
  [
    "a thenable that resolves and then throws",
    () => ({
      then(yes: () => void) {
        yes();
        throw new Error("late");
      },
    }),
  ],
  ["a thenable that throws", () => ({ then: () => JSON.parse("{") }), "fails"],
  ["a thenable that never settles", () => ({ then: () => undefined }), "times out"],
  ["a promise that never settles", () => new Promise(() => undefined), "times out"],
  [
    "a thenable of a thenable that rejects",
    () => ({
      then: (yes: (value: unknown) => void) =>
        yes({ then: (_: unknown, no: (why: unknown) => void) => no(undefined) }),
    }),
    "fails",
  ],
  ["a function that is a thenable", () => Object.assign(() => 1, { then: (yes: () => void) => yes() })],
  // biome-ignore-end lint/suspicious/noThenProperty: thenables are what is tried
  // Nothing of its body has run: as a success, the event would be swallowed.
  [
    "an async generator",
    () =>
      (async function* () {
        yield 1;
      })(),
    "fails",
  ],
  [
    "a generator",
    () =>
      (function* () {
        yield 1;
      })(),
    "fails",
  ],
  [
    "an async generator that ends with an error",
    () =>
      (async function* () {
        yield 1;
        throw new Error("never");
      })(),
    "fails",
  ],
];

/**
 * Every value, made anew for each use. No value is one that the language itself cannot survive: a thenable that
 * resolves with itself is an endless loop.
 */
export const oddValues: readonly OddValue[] = parts.map(
  ([name, make, returned = "succeeds", thrown = "fails", resolvable = true]) => ({
    name,
    make,
    returned,
    thrown,
    resolvable,
  }),
);
