import { useEffect, useState } from "react";
import { Icon } from "./icon.js";

const FEEDBACK_MS = 1_500;

/** Copies a text to the clipboard, and confirms it for a moment. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: () => string }) {
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
    <button type="button" className="quiet" onClick={() => void copy()}>
      <Icon name={feedback === "Copied" ? "check" : "copy"} />
      <span aria-live="polite">{feedback === "" ? label : feedback}</span>
    </button>
  );
}
