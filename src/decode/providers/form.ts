/** Providers whose bodies may be forms (`application/x-www-form-urlencoded`) instead of JSON. */
const forms: ReadonlySet<string> = new Set(["slack", "twilio"]);

/**
 * Reads a form body. A field that comes more than once is a list. Slack puts an interaction, as JSON, into the
 * one field `payload`.
 *
 * @returns `undefined` where the body is JSON, as nearly all are
 */
export function providerBody(provider: string, raw: string): unknown {
  if (!forms.has(provider) || /^\s*[[{]/.test(raw)) return undefined;
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(raw)) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  const { payload } = fields;
  if (provider !== "slack" || typeof payload !== "string") return fields;
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return fields;
  }
}
