/** The server rejected a call, or could not be reached. */
export class ApiRequestError extends Error {}

const meta = document.querySelector<HTMLMetaElement>('meta[name="earshot-api"]');
/** Where the calls go, relative to the page. */
const base = meta?.content ?? "api/";

/** Whether the page shows the local platform; else it shows an inbox. */
export const isPlatform = base === "dev/api/";

/** On each call: pages of another origin cannot send it. */
export const callHeaders: Readonly<Record<string, string>> = {
  [isPlatform ? "x-earshot-dev" : "x-earshot-dashboard"]: "1",
};

export function callUrl(path: string): string {
  return new URL(base + path, location.href.replace(/[?#].*$/, "")).href;
}

/** Calls the API of the platform, or of the inbox. */
export async function api<Data>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Data> {
  const response = await fetch(callUrl(path), {
    method,
    headers: { ...callHeaders, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  }).catch(() => {
    const command = isPlatform ? "`earshot dev`" : "its server";
    throw new ApiRequestError(`The server of this page does not respond. Check that ${command} is running.`);
  });
  const text = await response.text();
  let data: { readonly error?: { readonly message?: string } } | undefined;
  try {
    data = text === "" ? undefined : JSON.parse(text);
  } catch {
    throw new ApiRequestError(`The server responded with status ${response.status} and no JSON.`);
  }
  if (response.ok) return data as Data;
  throw new ApiRequestError(data?.error?.message ?? `The server responded with status ${response.status}.`);
}
