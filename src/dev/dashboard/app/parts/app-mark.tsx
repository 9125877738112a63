import type { CSSProperties } from "react";

/** Hues of the apps of the catalog, apart from one another; all other names get one from their letters. */
const hues: Readonly<Record<string, number>> = {
  ...{ asana: 350, discord: 235, github: 270, gmail: 8, googlecalendar: 212, googlesheets: 145 },
  ...{ hubspot: 20, jira: 200, linear: 250, notion: 40, outlook: 220, slack: 310, stripe: 255 },
  ...{ todoist: 0, trello: 190, youtube: 355 },
};

const initials: Readonly<Record<string, string>> = {
  ...{ github: "GH", gmail: "GM", googlecalendar: "GC", googlesheets: "GS", hubspot: "HS", youtube: "YT" },
};

function hueOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return sum;
}

/** A tile with the letters of an app. Hidden from screen readers: the app's name stands beside it. */
export function AppMark({ name }: { readonly name: string }) {
  const key = name.toLowerCase();
  const letters =
    initials[key] ??
    (name
      .replace(/[^\p{L}\p{N}]/gu, "")
      .slice(0, 2)
      .toUpperCase() ||
      "?");
  return (
    <span className="mark" aria-hidden="true" style={{ "--hue": hues[key] ?? hueOf(key) } as CSSProperties}>
      {letters}
    </span>
  );
}
