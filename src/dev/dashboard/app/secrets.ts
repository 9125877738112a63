const MASK = "••••••••";

/** `client_secret`, `accessToken`, `x-api-key`: the end of a name tells. */
const SECRET_NAME =
  /(^|[-_.])(password|passwd|secret|token|authorization|cookie|credentials?|(api|private|signing|secret)[-_]?key)$/i;

/** Whether the value of a member, or of a header, with this name is hidden until it is asked for. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

export function masked(value: string): string {
  return value === "" ? "" : MASK;
}

/** A JSON text, or the lines of headers, with its secrets masked. */
export function withMaskedSecrets(text: string): string {
  return text
    .replace(/"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)"/g, (whole, name: string, colon, value) =>
      isSecretName(name) ? `"${name}"${colon}"${masked(value)}"` : whole,
    )
    .replace(/^([\w-]+): (.+)$/gm, (whole, name: string, value) =>
      isSecretName(name) ? `${name}: ${masked(value)}` : whole,
    );
}
