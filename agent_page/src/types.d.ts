import type { Moment } from "./times.js";

/** What `POST /agent/view` answers. Times are whole seconds since the epoch; `now` is the server's clock. */
export interface View {
  level: string;
  /** A level, or a word that is none: then nothing is enough. */
  required: string;
  /** There only where what gives the required level must be younger. */
  younger_than_seconds?: number;
  conflict: boolean;
  now: number;
  proofs: Proof[];
  /** Methods that can still give what is required, when it is not there. */
  missing: string[];
  login: Login;
}

export interface Proof {
  method: string;
  level: string;
  at: number;
  until: number;
}

export interface Login {
  state: string;
  purpose?: string;
  purpose_name?: string;
  attributes?: Attribute[];
}

export interface Attribute {
  name: string;
  label: string;
  value: string;
}

/** What `GET /agent/settings` answers. */
export interface Settings {
  login: "cognito" | "handle";
  domain: string;
  client_id: string;
  ccp_url: string;
  language: string;
  region: string;
}

/** One agent's part of a call: its ContactId, the whole call's InitialContactId, and the attribute `auth_view`. */
export interface Call {
  contact: string;
  initial: string;
  handle: string;
}

/** From our page with the CCP to the screen inside it. */
export type FromCcp = { type: "countersign:none" } | ({ type: "countersign:call"; over: boolean } & Call);

/** What the agent sees. `view` came when the server's clock said `view.now` and ours `seen`. */
export type State =
  | { at: "opening" }
  /** `signIn` null: none is needed before `until`, in seconds of this browser's clock; 0 where agents need none at all. */
  | { at: "idle"; signIn: SignInState | null; until: number }
  | { at: "sign_in"; signIn: SignInState }
  | { at: "looking" }
  | { at: "nothing"; signedIn?: boolean }
  | { at: "unreachable" }
  | { at: "not_allowed" }
  | { at: "elsewhere" }
  | { at: "over" }
  | { at: "shown"; view: View; seen: Moment; stale: boolean };

export type SignInState = "needed" | "under_way" | "blocked" | "failed";
