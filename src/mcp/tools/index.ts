export { inboxTools } from "./inbox-tools.js";
export { type InboxToolsOptions, toolParts } from "./options.js";
export { type ChannelMessage, parsePushFilter, pushEvents } from "./push.js";
export { type HttpOptions, type RunningHttp, serveToolsOverHttp } from "./serve-http.js";
export { type StdioOptions, serveToolsOverStdio } from "./serve-stdio.js";
export { callTool, type HostCall, type InboxTool, type ToolAnswer } from "./tool.js";
