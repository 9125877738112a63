/** Words that say nothing of what is meant. */
const empty = new Set(
  "a an and as at by can could do for from have i if in into is it its me my new of on one or our please that the their then this to us was we with would you your".split(
    " ",
  ),
);

/** Words that people use for one another, and the one that stands for all. */
const same: Readonly<Record<string, string>> = {
  post: "send",
  message: "message",
  write: "create",
  open: "create",
  add: "add",
  repo: "repository",
  fetch: "get",
  read: "get",
  retrieve: "get",
  find: "search",
  email: "mail",
  pr: "pull",
  ticket: "issue",
  remove: "delete",
};

/** The words of a text that say something: lower case, without endings, synonyms made one. */
export function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .filter((word) => !empty.has(word) && word.length <= 50)
    .map((word) => {
      const stem = word.length > 4 ? word.replace(/(?:ies)$/, "y").replace(/([^s])s$/, "$1") : word;
      return Object.hasOwn(same, stem) ? (same[stem] ?? stem) : stem;
    });
}
