import { clearStorage, readStorage, writeStorage } from "../../lib/storage";
import { isFramed } from "./parentMessaging";
import { isExpired, takeTokenFromFragment, tokenSubject } from "../../lib/token";
import type { SignedOutReason, UserSession } from "./types";

/**
 * The reader who is signed in, if any. `linkToken` is the token of a link that was opened meanwhile; it may be another person's, so it
 * signs in nobody before that is known.
 */
export type SessionState =
  | { session: UserSession; token: string; linkToken: string | null; reason: null }
  | { session: null; token: null; linkToken: null; reason: SignedOutReason };

/** The key of the token in the tab's session storage. A framed page keeps it in memory: its platform knows the reader. */
const TOKEN_KEY = "embudo.token";

/** The store of this page's session. When a person leaves, nothing of theirs stays in the tab. */
export class SessionStore {
  private state: SessionState = { session: null, token: null, linkToken: null, reason: "missing" };
  private controller = new AbortController();
  /** The person whose filters the address holds: they name ids that this person chose. */
  private addressOwner: string | null = null;
  private readonly listeners = new Set<() => void>();

  constructor() {
    const linkToken = takeTokenFromFragment();
    if (isFramed) return; // only the platform says who reads
    const token = readStorage("sessionStorage", TOKEN_KEY);
    if (token !== null && !(linkToken !== null && isExpired(token))) this.signIn(token);
    if (linkToken !== null) this.followLink(linkToken);
  }

  getState = () => this.state;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Sign in with a token. One of the same person replaces the older one, and nothing else changes. */
  signIn = (token: string) => {
    const person = tokenSubject(token);
    let { session } = this.state;
    if (session?.person === person) {
      session.token = token;
    } else {
      this.abortRequests();
      if (this.addressOwner !== null && this.addressOwner !== person) clearAddress();
      if (!isFramed) clearStorage("sessionStorage", (key) => !key.startsWith(person));
      session = { person, token, ended: this.controller.signal };
      this.addressOwner = person;
    }
    if (!isFramed) writeStorage("sessionStorage", TOKEN_KEY, token);
    this.setState({ session, token, linkToken: null, reason: null });
  };

  /** Take the token of a link: it signs in a reader who is not, and else waits until its person is known. */
  followLink = (token: string) => {
    if (this.state.session === null) this.signInByLink(token);
    else if (token !== this.state.token) this.setState({ ...this.state, linkToken: token });
  };

  /** Sign in with a link's token. The address stays: the link's filters are for the person whom it signs in. */
  signInByLink = (token: string) => {
    this.addressOwner = null;
    this.signIn(token);
  };

  dismissLink = () => {
    if (this.state.session !== null) this.setState({ ...this.state, linkToken: null });
  };

  signOut = () => {
    this.endSession("signedOut");
    if (!isFramed) clearStorage("sessionStorage", () => true);
    this.addressOwner = null;
    clearAddress();
  };

  /** End the session whose token expired, or was refused by the API. It says nothing about a newer token. */
  rejectToken = (token: string) => {
    const { linkToken } = this.state;
    if (token !== this.state.token) return;
    const reason = isExpired(token) ? "expired" : "invalid";
    this.endSession(reason);
    // An invalid token was no session, so there is nobody whom the link would sign out.
    if (linkToken !== null && reason === "invalid") this.signInByLink(linkToken);
  };

  /** Forget the reader of a framed page that the browser puts aside: it may be shown again to somebody else. */
  suspend = () => {
    if (isFramed) this.endSession("signedOut");
  };

  /** Show whoever is signed in now, after the browser brought the page back. */
  resume = () => {
    const token = isFramed ? null : readStorage("sessionStorage", TOKEN_KEY);
    if (token === null) this.endSession("missing");
    else this.signIn(token);
  };

  private endSession(reason: SignedOutReason) {
    this.abortRequests();
    if (!isFramed) writeStorage("sessionStorage", TOKEN_KEY, null);
    this.setState({ session: null, token: null, linkToken: null, reason });
  }

  private abortRequests() {
    this.controller.abort();
    this.controller = new AbortController();
  }

  private setState(state: SessionState) {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Remove the filters from the address. */
function clearAddress() {
  history.replaceState(null, "", location.pathname);
}
