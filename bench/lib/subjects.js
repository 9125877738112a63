/** What is measured, among what it is compared with. */
export const subjectOf = (list) => list.find(({ role }) => role === "subject");
export const peersOf = (list) => list.filter(({ role }) => role === "peer");
