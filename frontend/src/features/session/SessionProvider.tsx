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
import { scheduleAt } from "../../lib/schedule";
import { isFramed, listenToParent, requestToken, type TokenRequest } from "./parentMessaging";
import { SessionStore } from "./sessionStore";
import { fetchSignInOptions, NO_OPTIONS, type SignInOptions } from "./signInOptions";
import { SignInPage } from "./SignInPage";
import { SwitchUserDialog } from "./SwitchUserDialog";
import { takeTokenFromFragment, tokenExpiry } from "../../lib/token";
import type { SignedOutReason, UserSession } from "./types";

/** The message to the framing page, by the reason why there is no session. A reader who signed out is not signed in again by asking. */
const TOKEN_REQUESTS: Record<SignedOutReason, TokenRequest | null> = {
  missing: "embudo:ready",
  expired: "embudo:expired",
  invalid: "embudo:expired",
  signedOut: null,
};

const OPTIONS_RETRY_DELAY = 3_000; // milliseconds

type SessionContextValue = { session: UserSession; rejectToken: (token: string) => void; signOut: () => void };

const SessionContext = createContext<SessionContextValue | null>(null);

const store = new SessionStore();

/** Show `children` to a reader with a token, and everybody else how to get one. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const { session, token, linkToken, reason } = useSyncExternalStore(store.subscribe, store.getState);
  const options = useSignInOptions(session === null);

  useEffect(() => listenToParent(options.origins, store), [options.origins]);
  useEffect(() => {
    const request = reason && TOKEN_REQUESTS[reason];
    if (request) requestToken(request, options.origins);
  }, [reason, options.origins]);
  useEffect(() => {
    const expiry = token === null ? null : tokenExpiry(token);
    if (token === null || expiry === null) return;
    return scheduleAt(expiry, () => store.rejectToken(token));
  }, [token]);
  useBrowserEvents();

  const value = useMemo(
    () => session && { session, rejectToken: store.rejectToken, signOut: store.signOut },
    [session],
  );
  if (value === null) return <SignInPage reason={reason ?? "missing"} options={options} onToken={store.signIn} />;
  return (
    <SessionContext value={value}>
      {/* The key unmounts all that one person saw before another one sees anything. */}
      <Fragment key={value.session.person}>{children}</Fragment>
      {linkToken !== null && (
        <SwitchUserDialog
          key={linkToken}
          session={value.session}
          linkToken={linkToken}
          onSamePerson={store.signIn}
          onSwitch={store.signInByLink}
          onStay={store.dismissLink}
        />
      )}
    </SessionContext>
  );
}

/** Follow links that are opened in this tab, and the browser's own cache of pages. */
function useBrowserEvents() {
  useEffect(() => {
    // A link to this very page changes the fragment and loads nothing.
    const onFragment = () => {
      const token = takeTokenFromFragment();
      if (token !== null && !isFramed) store.followLink(token);
    };
    const onHide = (event: PageTransitionEvent) => {
      if (event.persisted) store.suspend();
    };
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) store.resume();
    };
    window.addEventListener("hashchange", onFragment);
    window.addEventListener("pagehide", onHide);
    window.addEventListener("pageshow", onShow);
    return () => {
      window.removeEventListener("hashchange", onFragment);
      window.removeEventListener("pagehide", onHide);
      window.removeEventListener("pageshow", onShow);
    };
  }, []);
}

/** Fetch the ways to sign in, once they are needed; there are none until the service answers. */
function useSignInOptions(isSignedOut: boolean): SignInOptions {
  const [options, setOptions] = useState(NO_OPTIONS);
  const isNeeded = (isSignedOut || isFramed) && options === NO_OPTIONS;
  useEffect(() => {
    if (!isNeeded) return;
    let isUnmounted = false;
    const attempt = () =>
      void fetchSignInOptions().then(
        (fetched) => {
          if (!isUnmounted) setOptions(fetched);
        },
        () => {
          if (!isUnmounted) timer = setTimeout(attempt, OPTIONS_RETRY_DELAY);
        },
      );
    let timer = setTimeout(attempt, 0);
    return () => {
      isUnmounted = true;
      clearTimeout(timer);
    };
  }, [isNeeded]);
  return options;
}

/** Return the session of the reader who is signed in. */
export function useSession(): SessionContextValue {
  const value = use(SessionContext);
  if (!value) throw new Error("useSession needs a SessionProvider around it");
  return value;
}
