/** Whose events the generator sends, and where it sends them. */
export const CLIENT = "bench";
export const CHANNEL = `private-${CLIENT}_triggers`;
