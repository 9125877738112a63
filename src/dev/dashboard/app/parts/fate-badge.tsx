import type { Fate } from "../types.js";
import { Badge, type Tone } from "./badge.js";

const tones: Readonly<Record<Fate, Tone>> = {
  fired: "info",
  delivered: "good",
  stored: "info",
  unmatched: "plain",
  failing: "warn",
  done: "good",
  dead: "bad",
};

/** What has become of an event. */
export function FateBadge({ fate }: { readonly fate: Fate }) {
  return <Badge tone={tones[fate]}>{fate}</Badge>;
}
