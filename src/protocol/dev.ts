export type { AttemptLogLine, DevReport, DevReports } from "../model/dev-reports.js";

/**
 * What the local platform and a listener say to one another beyond the real platform's API. The local platform
 * announces itself in an answer header; a listener whose base URL is this machine then tells it how its events
 * fare. The real platform announces nothing, and is told nothing.
 */

/**
 * On answers of the local platform's REST API: where reports are to be posted, a path of the same origin. On
 * calls to that path and the rest of the control API: `1`. No page of another origin can send it.
 */
export const DEV_HEADER = "x-earshot-dev";

/** Where reports go. */
export const DEV_REPORTS_PATH = "/dev/api/reports";
