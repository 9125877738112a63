/** SVG paths in a view box of 24 by 24. */
const outlines = {
  events: "M4 6h16M4 12h10M4 18h13",
  triggers: "M13 3 5 14h6l-1 7 8-11h-6l1-7Z",
  fire: "m7 4 13 8-13 8V4Z",
  agents: "M8 9h8a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3v-5a3 3 0 0 1 3-3ZM12 9V4M9.5 14v1M14.5 14v1",
  deliveries: "M21 3 10 14M21 3l-7 18-4-7-7-4 18-7Z",
  listeners: "M4 13v-1a8 8 0 0 1 16 0v1M4 14h3v6H5a1 1 0 0 1-1-1v-5ZM20 14h-3v6h2a1 1 0 0 0 1-1v-5Z",
  dead: "M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4v-6Z",
  close: "m6 6 12 12M18 6 6 18",
  copy: "M9 9h11v11H9V9ZM5 15H4V4h11v1",
  check: "m5 13 4 4L19 7",
} as const;

export type IconName = keyof typeof outlines;

/** Hidden from screen readers: a label stands beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={outlines[name]} />
    </svg>
  );
}
