/** How one can sign in here: what `GET /session` says. */
export type Ways = { people: DemoPerson[]; origins: string[] };

export type DemoPerson = { id: string; name: string; role: string };

export const NO_WAYS: Ways = { people: [], origins: [] };

export async function fetchWays(): Promise<Ways> {
  const answer = await fetch("/session");
  if (!answer.ok) throw new Error(`GET /session: ${answer.status}`);
  return (await answer.json()) as Ways;
}

/** A token for one of the demo's people. */
export async function signInAs(person: string): Promise<string> {
  const answer = await fetch("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person }),
  });
  if (!answer.ok) throw new Error(`POST /session: ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}
