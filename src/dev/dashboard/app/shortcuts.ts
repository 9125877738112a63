import { useEffect, useRef } from "react";

/** Keys that act anywhere in the page: `/` into the filter, arrows into the list, Escape out of a detail. */
export function useShortcuts(openPalette: () => void): void {
  const open = useRef(openPalette);
  open.current = openPalette;
  useEffect(() => {
    const onKeyDown = (press: KeyboardEvent) => {
      if (press.defaultPrevented || press.altKey) return;
      if ((press.ctrlKey || press.metaKey) && press.key.toLowerCase() === "k") {
        press.preventDefault();
        open.current();
        return;
      }
      if (press.ctrlKey || press.metaKey || document.querySelector("dialog[open]") !== null) return;
      const isTyping =
        press.target instanceof HTMLElement &&
        press.target.matches("input, textarea, select, [contenteditable]");
      if (press.key === "Escape") {
        if (isTyping) (press.target as HTMLElement).blur();
        else document.querySelector<HTMLElement>("a[data-close]")?.click();
      } else if (isTyping) return;
      else if (press.key === "/") {
        const field = document.querySelector<HTMLElement>("input[type=search]");
        if (field === null) return;
        press.preventDefault();
        field.focus();
      } else if (press.key === "ArrowDown" || press.key === "ArrowUp") {
        const list = document.querySelector<HTMLElement>(".list");
        // Only from the page itself: in a text, arrow keys scroll.
        if (
          list === null ||
          (press.target !== document.body && press.target !== document.getElementById("main"))
        )
          return;
        press.preventDefault();
        list.focus();
        list.dispatchEvent(new KeyboardEvent("keydown", { key: press.key, bubbles: true }));
      }
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
