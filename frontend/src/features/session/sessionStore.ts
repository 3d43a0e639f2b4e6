import { forget, keep, kept } from "../../lib/storage";
import { framed } from "./parentMessaging";
import { isOver, personOf, takeFromFragment } from "./token";

/** Why nobody is signed in: nobody was, the token's time is over, it was refused, or the reader left. */
export type Absence = "missing" | "ended" | "invalid" | "left";

/** One person at the page: `token` is their newest one, `over` is aborted when they leave or somebody else comes. */
export type Stay = { readonly person: string; token: string; readonly over: AbortSignal };

/** `link` is the token of a link that was opened while somebody is signed in: not theirs, until we know whose it is. */
export type State =
  | { stay: Stay; token: string; link: string | null; absence: null }
  | { stay: null; token: null; link: null; absence: Absence };

/** The token is kept in the tab's session storage; that of a framed page, whose reader its platform knows, in memory. */
const KEPT = "embudo.token";

/** Who is signed in. Nothing that belongs to a person is left when their stay is over. */
export class SessionStore {
  private state: State = { stay: null, token: null, link: null, absence: "missing" };
  private ending = new AbortController();
  /** Whose the address is, with the ids that its filters name. */
  private reader: string | null = null;
  private readonly watchers = new Set<() => void>();

  constructor() {
    const handed = takeFromFragment();
    if (framed) return; // the platform alone says who reads
    const token = kept("sessionStorage", KEPT);
    if (token !== null && !(handed !== null && isOver(token))) this.enter(token);
    if (handed !== null) this.follow(handed);
  }

  read = () => this.state;

  watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Sign in with a token. One of the same person takes the place of the older one, and nothing else changes. */
  enter = (token: string) => {
    const person = personOf(token);
    let { stay } = this.state;
    if (stay?.person === person) {
      stay.token = token;
    } else {
      this.end();
      if (this.reader !== null && this.reader !== person) clearAddress();
      if (!framed) forget("sessionStorage", (key) => !key.startsWith(person));
      stay = { person, token, over: this.ending.signal };
      this.reader = person;
    }
    if (!framed) keep("sessionStorage", KEPT, token);
    this.set({ stay, token, link: null, absence: null });
  };

  /** A link's token: it signs in whoever is not, and else waits until it is known whose it is. */
  follow = (token: string) => {
    if (this.state.stay === null) this.enterByLink(token);
    else if (token !== this.state.token) this.set({ ...this.state, link: token });
  };

  /** Sign in with a link's token: its address was made for the one it signs in. */
  enterByLink = (token: string) => {
    this.reader = null;
    this.enter(token);
  };

  dropLink = () => {
    if (this.state.stay !== null) this.set({ ...this.state, link: null });
  };

  leave = (absence: Absence) => {
    this.end();
    if (!framed) keep("sessionStorage", KEPT, null);
    this.set({ stay: null, token: null, link: null, absence });
  };

  signOut = () => {
    this.leave("left");
    if (!framed) forget("sessionStorage", () => true);
    this.reader = null;
    clearAddress();
  };

  /** A token's time is over, or the API did not take it. It says nothing of a newer one. */
  refused = (token: string) => {
    const { link } = this.state;
    if (token !== this.state.token) return;
    this.leave(isOver(token) ? "ended" : "invalid");
    if (link !== null && !isOver(token)) this.enterByLink(link); // it was no session, so the link replaces none
  };

  /** Before the browser puts a framed page aside: it may be shown again to somebody else. */
  putAside = () => {
    if (framed) this.leave("left");
  };

  /** After that: what is true now, in this tab or at the platform. */
  takeUp = () => {
    const token = framed ? null : kept("sessionStorage", KEPT);
    if (token === null) this.leave("missing");
    else this.enter(token);
  };

  private end() {
    this.ending.abort();
    this.ending = new AbortController();
  }

  private set(state: State) {
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

/** The same page without filters: they name ids that the reader chose. */
function clearAddress() {
  history.replaceState(null, "", location.pathname);
}
