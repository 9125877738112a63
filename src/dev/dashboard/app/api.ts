/** The platform rejected a call, or could not be reached. */
export class ApiRequestError extends Error {}

/** Calls the control API. Pages of another origin cannot send its header. */
export async function api<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const response = await fetch(`/dev/api/${path}`, {
    method,
    headers: { "x-earshot-dev": "1", ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiRequestError("The local platform does not respond. Check that `earshot dev` is running.");
  });
  const text = await response.text();
  const data = text === "" ? undefined : JSON.parse(text);
  if (response.ok) return data as Data;
  throw new ApiRequestError(
    data?.error?.message ?? `The local platform responded with status ${response.status}`,
  );
}
