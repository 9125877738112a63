import { isLoopbackUrl } from "../base/loopback.js";
import type { PlatformAccess } from "../model/platform.js";

/**
 * The URL to register with the platform for the listener's own webhooks.
 *
 * A platform on this machine reaches the door as it is, so that nothing needs to be configured to try it; any
 * other needs a public URL that only the user can know.
 */
export function urlToRegister(
  platform: PlatformAccess | undefined,
  publicUrl: string | undefined,
  door: { readonly port: number; readonly path: string; readonly tls: boolean } | undefined,
): string | undefined {
  if (platform === undefined) return undefined;
  if (publicUrl !== undefined) return publicUrl;
  if (door === undefined || !isLoopbackUrl(platform.baseUrl)) return undefined;
  return `${door.tls ? "https" : "http"}://127.0.0.1:${door.port}${door.path}`;
}
