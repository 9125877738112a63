import { anyFormat } from "./event-format.js";
import { googleCalendar } from "./google-calendar.js";
import { sender } from "./sender.js";

/** Google Drive push notifications: as those of Google Calendar. */
export const googleDrive = sender({
  title: "Google Drive",
  docs: "https://developers.google.com/workspace/drive/api/guides/push",
  checked: "public receivers",
  setup: "A `token` that you make up, given to `files.watch` or `changes.watch` with the URL.",
  scheme: { ...googleCalendar.definition.scheme, provider: "google-drive" },
  events: googleCalendar.definition.events ?? anyFormat,
});
