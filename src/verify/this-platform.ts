import type { Platform } from "./platform.js";
import { nodePlatform } from "./platform-node.js";
import { webPlatform } from "./platform-web.js";

/** Node's own synchronous crypto where there is one, else WebCrypto (Workers, Deno, browsers). */
export function thisPlatform(): Platform {
  return nodePlatform() ?? webPlatform();
}
