import { useEffect, useState } from "react";
import { Icon } from "./icon.js";

const FEEDBACK_MS = 1_500;

/** Copies a text to the clipboard, and confirms it for a moment. A small one has an icon only. */
export function CopyButton(props: {
  readonly label: string;
  readonly text: () => string;
  readonly isSmall?: boolean;
}) {
  const { label, text, isSmall = false } = props;
  const [feedback, setFeedback] = useState("");
  useEffect(() => {
    if (feedback === "") return;
    const timer = setTimeout(() => setFeedback(""), FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [feedback]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setFeedback("Copied");
    } catch {
      setFeedback("The browser blocked the clipboard");
    }
  };
  return (
    <button
      type="button"
      className={isSmall ? "quiet icon-only" : "quiet"}
      title={isSmall ? label : undefined}
      onClick={() => void copy()}
    >
      <Icon name={feedback === "Copied" ? "check" : "copy"} />
      <span aria-live="polite" className={isSmall ? "hidden" : undefined}>
        {feedback === "" ? label : feedback}
      </span>
    </button>
  );
}
