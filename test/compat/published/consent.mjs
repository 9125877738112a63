/** Presses a button of the local platform's connect page, as a browser does. @returns where the page leads back to */
export async function consent(redirectUrl, answer) {
  const page = await (await fetch(redirectUrl)).text();
  const token = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const body = new URLSearchParams({ form_token: token, answer });
  const response = await fetch(redirectUrl, { method: "POST", body, redirect: "manual" });
  return response.headers.get("location");
}
