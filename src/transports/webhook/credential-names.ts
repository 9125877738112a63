/** Parts of a name that always stand for a credential, wherever they are in it. */
const telling =
  /token|secret|signature|passw|passphrase|passcode|apikey|hmac|jwt|oidc|saml|bearer|clientcert|credential|cookie|csrf|xsrf|sessionid/;

/** Whole words of a name that stand for a credential. */
const words = new Set([
  "assertion",
  "cert",
  "certificate",
  "hash",
  "mac",
  "oauth",
  "otp",
  "pass",
  "pin",
  "principal",
  "pwd",
  "sas",
  "session",
  "sig",
  "sign",
  "signed",
  "verif",
  "verification",
]);

/** Words that make a `…-key` a name of something, where any other `…-key` is a credential. */
const harmlessKeys = new Set([
  "cache",
  "dedup",
  "deduplication",
  "entity",
  "event",
  "group",
  "idempotency",
  "issue",
  "message",
  "object",
  "order",
  "ordering",
  "partition",
  "project",
  "request",
  "resource",
  "routing",
  "sort",
]);

/** Names that have none of these words and carry a signature, or that have one and carry none. */
const exceptions: ReadonlyMap<string, boolean> = new Map([
  ["x-trello-webhook", true],
  ["i-twilio-idempotency-token", false],
]);

/**
 * Whether a header or query parameter of this name carries a credential or a signature.
 *
 * @param query a query parameter: there a bare `code` is a credential too
 */
export function namesCredential(name: string, query = false): boolean {
  const exception = exceptions.get(name);
  if (exception !== undefined) return exception;
  const parts = wordsOf(name);
  if (query && parts.at(-1) === "code" && (parts.length === 1 || isAuth(parts.at(-2)))) return true;
  return telling.test(parts.join("")) || parts.some((part, at) => tells(part, parts[at - 1]));
}

function tells(word: string, before: string | undefined): boolean {
  if (word === "key" || word === "keys") return before === undefined || !harmlessKeys.has(before);
  return words.has(word) || isAuth(word);
}

/** `auth`, `authorization`, `authenticated`, and not `author`. */
function isAuth(word: string | undefined): boolean {
  return word !== undefined && /^auth(?!or(?:s|ed|ship)?$)/.test(word);
}

/** `accessToken`, `access_token` and `Access-Token` have the same words. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Whether a value shows by its form that it is a credential: an authorization value or a JSON Web Token. */
export function looksLikeCredential(value: string): boolean {
  return /^\s*(?:basic|bearer|digest|negotiate)\s/i.test(value) || /(?:^|\s)eyJ[\w-]{8,}\./.test(value);
}
