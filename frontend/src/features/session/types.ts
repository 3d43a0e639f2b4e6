import type { Credentials } from "../../api/connection";

/** The reason why nobody is signed in: nobody was, the token expired, the API refused it, or the reader signed out. */
export type SignedOutReason = "missing" | "expired" | "invalid" | "signedOut";

/** The session of one person; `person` is the same text for each of their tokens. */
export type UserSession = Credentials & { readonly person: string };
