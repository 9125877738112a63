/** An error as HTTP clients throw it: with the request, and the key in it. */
export function errorWithSecret(): Error {
  const request = { headers: { authorization: "Bearer sk-live-1234567890" } };
  return Object.assign(new Error("no model"), { code: "E_MODEL", request, config: request });
}
