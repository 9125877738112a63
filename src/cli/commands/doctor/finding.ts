/** What a check found. */
export interface Finding {
  readonly check: string;
  /** `unknown`: it could not be looked at, because something before it is wrong. */
  readonly status: "ok" | "fix" | "unknown";
  readonly detail: string;
  /** What to do, where something is to be done. */
  readonly todo?: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, status: "ok", detail });
export const fix = (check: string, detail: string, todo: string): Finding => ({
  check,
  status: "fix",
  detail,
  todo,
});
export const unknown = (check: string, detail: string): Finding => ({ check, status: "unknown", detail });
