import type { CSSProperties } from "react";

/** Hues of the apps of the catalog, apart from one another; all other names get one from their letters. */
const hues: Readonly<Record<string, number>> = {
  ...{ asana: 350, discord: 235, github: 270, gmail: 8, googlecalendar: 212, googlesheets: 145 },
  ...{ hubspot: 20, jira: 200, linear: 250, notion: 40, outlook: 220, slack: 310, stripe: 255 },
  ...{ todoist: 0, trello: 190, youtube: 355 },
};

/** Drawings of what an app is for, in a view box of 24 by 24. They are no trademarks. */
const drawings = {
  chat: "M5 5h14v10h-8l-4 4v-4H5V5Z",
  code: "M7 4v16M7 9a5 5 0 0 0 5 3h2a3 3 0 0 1 3 3v1M17 16v4M5 4h4M15 20h4",
  mail: "M4 6h16v12H4V6Zm0 1 8 6 8-6",
  calendar: "M5 6h14v14H5V6Zm0 4h14M9 3v4M15 3v4",
  table: "M5 5h14v14H5V5Zm0 5h14M5 14.5h14M10.5 5v14",
  tasks: "m4 7 2 2 3-4M12 7h8M4 16l2 2 3-4M12 16h8",
  board: "M5 5h5v14H5V5Zm9 0h5v9h-5V5Z",
  note: "M6 4h9l4 4v12H6V4Zm3 7h6M9 15h6",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3 19a6 6 0 0 1 12 0M16 6a3 3 0 0 1 0 5M17 14a5 5 0 0 1 4 5",
  payment: "M4 6h16v12H4V6Zm0 4h16M8 14h3",
  video: "M4 6h16v12H4V6Zm6 3v6l5-3-5-3Z",
} as const;

const drawingOf: Readonly<Record<string, keyof typeof drawings>> = {
  ...{ slack: "chat", discord: "chat", telegram: "chat", github: "code", gitlab: "code", bitbucket: "code" },
  ...{ gmail: "mail", outlook: "mail", resend: "mail", postmark: "mail", googlecalendar: "calendar" },
  ...{ calendly: "calendar", googlesheets: "table", airtable: "table", jira: "tasks", linear: "tasks" },
  ...{ asana: "tasks", todoist: "tasks", trello: "board", notion: "note", hubspot: "people" },
  ...{ salesforce: "people", stripe: "payment", paypal: "payment", youtube: "video" },
};

function hueOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}

/** A tile with a drawing of what an app is for, or with its letters. Hidden from screen readers: the app's name stands beside it. */
export function AppMark({ name }: { readonly name: string }) {
  const key = name.toLowerCase();
  const drawing = Object.hasOwn(drawingOf, key) ? drawingOf[key] : undefined;
  const letters = name
    .replace(/[^\p{L}\p{N}]/gu, "")
    .slice(0, 2)
    .toUpperCase();
  return (
    <span className="mark" aria-hidden="true" style={{ "--hue": hues[key] ?? hueOf(key) } as CSSProperties}>
      {drawing === undefined ? (
        letters || "?"
      ) : (
        <svg viewBox="0 0 24 24" focusable="false">
          <path d={drawings[drawing]} />
        </svg>
      )}
    </span>
  );
}
