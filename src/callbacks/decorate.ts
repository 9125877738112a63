import { isCallable, isClass } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import type { Handler } from "./callback.js";

/**
 * The result of `listener.callback(filter)` without a handler. It has three forms:
 *
 * - a wrapper: `const onStar = listener.callback("…")(async (event) => { … })`, which returns the function;
 * - a method's decorator, `@listener.callback("…")`, by the standard (each instance registers its own method);
 * - the same with TypeScript's older `experimentalDecorators`, which see no instances: static methods only.
 */
export interface CallbackDecorator<Event> {
  <Fn extends Handler<Event>>(fn: Fn): Fn;
  <This, Fn extends (this: This, ...args: Parameters<Handler<Event>>) => unknown>(
    method: Fn,
    context: ClassMethodDecoratorContext<This, Fn>,
  ): void;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
}

/**
 * @param register registers the function as a callback
 * @throws EarshotError ERR_CALLBACK where anything but a function is decorated
 */
export function decorator<Event>(register: (fn: Handler<Event>) => void): CallbackDecorator<Event> {
  return ((target: unknown, context?: unknown, descriptor?: PropertyDescriptor) => {
    if (isDecoratorContext(context)) {
      const { name } = context;
      context.addInitializer(function (this: unknown) {
        const method = (this as Record<string | symbol, unknown>)[name];
        register(named(String(name), bound(method, this)));
      });
      return undefined;
    }
    if (descriptor !== undefined) {
      register(named(String(context), bound(descriptor.value, target)));
      return undefined;
    }
    register(checked(target));
    return target;
  }) as CallbackDecorator<Event>;
}

/** @throws EarshotError ERR_CALLBACK */
export function checked<Event>(fn: unknown): Handler<Event> {
  if (isGenerator(fn)) {
    throw new EarshotError(
      "ERR_CALLBACK",
      "A callback is a function, not a generator: a call of one runs nothing of its body. Write `async (event) => { … }`; a loop over events is `for await (const event of listener.events(…))`.",
    );
  }
  if (isCallable(fn)) return fn as Handler<Event>;
  if (isClass(fn)) {
    throw new EarshotError(
      "ERR_CALLBACK",
      "A callback is a function, not a class: a call of one throws. Write `(event) => …`, or a method of an instance.",
    );
  }
  throw new EarshotError(
    "ERR_CALLBACK",
    `A callback is a function, not ${fn === null || fn === undefined ? String(fn) : `a ${typeof fn}`}.`,
  );
}

function isGenerator(fn: unknown): boolean {
  if (typeof fn !== "function") return false;
  try {
    const kind: unknown = Reflect.get(fn, Symbol.toStringTag);
    return kind === "GeneratorFunction" || kind === "AsyncGeneratorFunction";
  } catch {
    // A proxy may throw at any access.
    return false;
  }
}

function bound<Event>(method: unknown, self: unknown): Handler<Event> {
  return checked<Event>(method).bind(self as never) as Handler<Event>;
}

/** A bound function has the name `bound x`; its callback needs the name `x`. */
function named<Fn extends Handler<never>>(name: string, fn: Fn): Fn {
  return Object.defineProperty(fn, "name", { value: name });
}

function isDecoratorContext(value: unknown): value is ClassMethodDecoratorContext {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}
