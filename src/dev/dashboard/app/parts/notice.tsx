import type { Notice } from "../hooks.js";

/** Screen readers announce it when it appears. */
export function NoticeText({ notice }: { readonly notice: Notice | undefined }) {
  return (
    <p className={`note ${notice?.isError ? "bad" : "good"}`} role={notice?.isError ? "alert" : "status"}>
      {notice?.text}
    </p>
  );
}
