import { createContext, Fragment, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { ask, listen } from "./handover";
import { SignIn } from "./SignIn";
import { endOf, firstToken, keepToken, personOf, takeFromFragment } from "./token";
import { at } from "./timer";
import { fetchWays, NO_WAYS, type Ways } from "./ways";

/** Why there is no session: never was one, its time is over, its token was refused, or the reader left. */
export type Absence = "missing" | "ended" | "invalid";

type State = { token: string | null; absence: Absence };

type Session = { token: string; refused: () => void; signOut: () => void };

const SessionContext = createContext<Session | null>(null);

/** Shows `children` to whoever has a token, and else the way to get one. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>(() => ({ token: firstToken(), absence: "missing" }));
  const ways = useWays(state.token === null);
  const { token } = state;

  const enter = useCallback((given: string) => {
    keepToken(given);
    setState({ token: given, absence: "missing" });
  }, []);
  const leave = useCallback((absence: Absence) => {
    keepToken(null);
    setState({ token: null, absence });
  }, []);

  useEffect(() => listen(ways.origins, enter), [ways.origins, enter]);
  // A link with a token that is opened in a tab which shows this page already changes the fragment and loads nothing.
  useEffect(() => {
    const changed = () => {
      const handed = takeFromFragment();
      if (handed !== null) enter(handed);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, [enter]);
  useEffect(() => {
    if (token === null) ask(state.absence === "missing" ? "embudo:ready" : "embudo:expired", ways.origins);
  }, [token, state.absence, ways.origins]);
  useEffect(() => {
    const end = token === null ? null : endOf(token);
    if (end === null) return;
    return at(end, () => leave("ended"));
  }, [token, leave]);

  const session = useMemo(() => {
    if (token === null) return null;
    const refused = () => leave((endOf(token) ?? Infinity) <= Date.now() ? "ended" : "invalid");
    return { token, refused, signOut: () => leave("missing") };
  }, [token, leave]);
  if (session === null) return <SignIn absence={state.absence} ways={ways} onToken={enter} />;
  // Nothing of one person stays on show for another. A new token of the same person changes nothing that is shown.
  return (
    <SessionContext value={session}>
      <Fragment key={personOf(session.token)}>{children}</Fragment>
    </SessionContext>
  );
}

/** The ways to sign in, fetched once. Until then, and when they cannot be had, there are none. */
function useWays(needed: boolean): Ways {
  const [ways, setWays] = useState(NO_WAYS);
  const framed = window.parent !== window;
  const wanted = (needed || framed) && ways === NO_WAYS;
  useEffect(() => {
    if (!wanted) return;
    let unmounted = false;
    const attempt = () =>
      void fetchWays().then(
        (found) => {
          if (!unmounted) setWays(found);
        },
        () => {
          if (!unmounted) timer = setTimeout(attempt, 3_000);
        },
      );
    let timer = setTimeout(attempt, 0);
    return () => {
      unmounted = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return ways;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider around it");
  return session;
}
