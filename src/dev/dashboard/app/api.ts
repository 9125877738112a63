/** A call that the platform refused, in its words. */
export class Refused extends Error {}

/** Calls the control API. The header is what no page of another origin can send. */
export async function api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`/dev/api/${path}`, {
    method,
    headers: { "x-earshot-dev": "1", ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused("The platform does not answer. Is `earshot dev` still running?");
  });
  const text = await response.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  if (response.ok) return answer as Answer;
  throw new Refused(answer?.error?.message ?? `The platform answered ${response.status}`);
}
