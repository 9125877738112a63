import type { PlatformAccess } from "../model/platform.js";
import type { ListenerSettings } from "../settings/listener.js";

/** The provider of the platform's own events. */
const PLATFORM = "composio";

/**
 * Whether a listener takes events of the platform and of other senders. A sender names its events as it likes, so a
 * plain trigger name then means the platform's.
 */
export function hasMixedSenders(
  { webhook }: ListenerSettings,
  platform: PlatformAccess | undefined,
): boolean {
  if (webhook === undefined) return false;
  const providers = [...webhook.routes.values()].map(({ source }) => source.provider.toLowerCase());
  if (!providers.some((provider) => provider !== PLATFORM)) return false;
  return (
    platform !== undefined || webhook.secrets.length > 0 || webhook.unsigned || providers.includes(PLATFORM)
  );
}
