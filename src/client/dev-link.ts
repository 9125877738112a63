import { isLoopbackUrl } from "../base/loopback.js";
import type { DevLink } from "../model/platform.js";
import { DEV_HEADER, DEV_REPORTS_PATH } from "../protocol/dev.js";
import { route } from "../protocol/routes.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import type { Requester } from "./request.js";

const reports = route("POST", DEV_REPORTS_PATH);

/**
 * The way to tell the local platform how events fare. Two things must hold at once: the base URL is this machine,
 * and what answers there has announced itself. The real platform is never told.
 */
export function devLink(requester: Requester, { baseUrl }: Pick<ToolsetSettings, "baseUrl">): DevLink {
  const onThisMachine = isLoopbackUrl(baseUrl);
  return {
    possible: onThisMachine,
    announced: () => onThisMachine && requester.local,
    async tell(posted, signal) {
      await requester.call(reports, {}, { json: posted, headers: { [DEV_HEADER]: "1" }, signal });
    },
  };
}
