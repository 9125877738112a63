/** Parts of a name that always stand for a credential, anywhere in it. */
const credentialParts =
  /token|secret|signature|passw|passphrase|passcode|apikey|hmac|jwt|oidc|saml|bearer|clientcert|credential|cookie|csrf|xsrf|sessionid/;

/** Whole words of a name that stand for a credential. */
const credentialWords = new Set([
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

/** Words before `key` that make it an identifier. Any other `…-key` is a credential. */
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

/** Names that carry a signature without any of these words, or none in spite of one. */
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
  return (
    credentialParts.test(parts.join("")) || parts.some((part, at) => isCredentialWord(part, parts[at - 1]))
  );
}

function isCredentialWord(word: string, before: string | undefined): boolean {
  if (word === "key" || word === "keys") return before === undefined || !harmlessKeys.has(before);
  return credentialWords.has(word) || isAuth(word);
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

/** Whether a value has the form of a credential: an authorization value or a JSON Web Token. */
export function looksLikeCredential(value: string): boolean {
  return /^\s*(?:basic|bearer|digest|negotiate)\s/i.test(value) || /(?:^|\s)eyJ[\w-]{8,}\./.test(value);
}
