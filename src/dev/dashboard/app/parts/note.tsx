/** What came of something: read out by screen readers as it appears. */
export function Note({
  note,
}: {
  readonly note: { readonly text: string; readonly bad: boolean } | undefined;
}) {
  return (
    <p className={`note ${note?.bad ? "bad" : "good"}`} role={note?.bad ? "alert" : "status"}>
      {note?.text}
    </p>
  );
}
