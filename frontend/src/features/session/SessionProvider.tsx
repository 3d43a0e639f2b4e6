import {
  createContext,
  Fragment,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { ask, framed, listen, type Wish } from "./parentMessaging";
import { LinkQuestion } from "./SwitchUserDialog";
import { SignIn } from "./SignInPage";
import { SessionStore, type Absence, type Stay } from "./sessionStore";
import { at } from "../../lib/schedule";
import { endOf, takeFromFragment } from "./token";
import { fetchWays, NO_WAYS, type Ways } from "./signInOptions";

/** What the framing page is asked, by why there is no token. Whoever left is not signed in again by asking. */
const WISHES: Record<Absence, Wish | null> = {
  missing: "embudo:ready",
  ended: "embudo:expired",
  invalid: "embudo:expired",
  left: null,
};

type Session = { stay: Stay; refused: (token: string) => void; signOut: () => void };

const SessionContext = createContext<Session | null>(null);

const store = new SessionStore();

/** Shows `children` to whoever has a token, and else the way to get one. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const { stay, token, link, absence } = useSyncExternalStore(store.watch, store.read);
  const ways = useWays(stay === null);

  useEffect(() => listen(ways.origins, store), [ways.origins]);
  useEffect(() => {
    const wish = absence && WISHES[absence];
    if (wish) ask(wish, ways.origins);
  }, [absence, ways.origins]);
  useEffect(() => {
    const end = token === null ? null : endOf(token);
    if (token === null || end === null) return;
    return at(end, () => store.refused(token));
  }, [token]);
  useBrowser();

  const session = useMemo(() => stay && { stay, refused: store.refused, signOut: store.signOut }, [stay]);
  if (session === null) return <SignIn absence={absence ?? "missing"} ways={ways} onToken={store.enter} />;
  // Nothing of one person stays on show for another. A new token of the same person changes nothing that is shown.
  return (
    <SessionContext value={session}>
      <Fragment key={session.stay.person}>{children}</Fragment>
      {link !== null && (
        <LinkQuestion
          key={link}
          stay={session.stay}
          link={link}
          onSame={store.enter}
          onOther={store.enterByLink}
          onStay={store.dropLink}
        />
      )}
    </SessionContext>
  );
}

/** Heeds what the browser does with the page: follows a link in the same tab, puts it aside and shows it again. */
function useBrowser() {
  useEffect(() => {
    // A link with a token that is opened in a tab which shows this page already changes the fragment and loads nothing.
    const changed = () => {
      const handed = takeFromFragment();
      if (handed !== null && !framed) store.follow(handed);
    };
    const hidden = (event: PageTransitionEvent) => {
      if (event.persisted) store.putAside();
    };
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) store.takeUp();
    };
    window.addEventListener("hashchange", changed);
    window.addEventListener("pagehide", hidden);
    window.addEventListener("pageshow", shown);
    return () => {
      window.removeEventListener("hashchange", changed);
      window.removeEventListener("pagehide", hidden);
      window.removeEventListener("pageshow", shown);
    };
  }, []);
}

/** The ways to sign in, fetched once. Until then, and when they cannot be had, there are none. */
function useWays(needed: boolean): Ways {
  const [ways, setWays] = useState(NO_WAYS);
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
