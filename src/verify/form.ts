/**
 * The fields of a form body in order of their names, name and value run together: how Twilio signs a form. A
 * name that comes more than once gives its different values in order.
 */
export function sortedForm(body: string): string {
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, new Set([value]));
    else values.add(value);
  }
  let text = "";
  for (const name of [...fields.keys()].sort()) {
    for (const value of [...(fields.get(name) ?? [])].sort()) text += name + value;
  }
  return text;
}
