/** The ways to sign in that `GET /session` offers: the demo's people, and the origins of platforms that may frame us. */
export type SignInOptions = { people: DemoPerson[]; origins: string[] };

export type DemoPerson = { id: string; name: string; role: string };

export const NO_OPTIONS: SignInOptions = { people: [], origins: [] };

export async function fetchSignInOptions(): Promise<SignInOptions> {
  const response = await fetch("/session");
  if (!response.ok) throw new Error(`GET /session: ${response.status}`);
  return (await response.json()) as SignInOptions;
}

/** Fetch a token for one of the demo's people. */
export async function fetchDemoToken(person: string): Promise<string> {
  const response = await fetch("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person }),
  });
  if (!response.ok) throw new Error(`POST /session: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}
