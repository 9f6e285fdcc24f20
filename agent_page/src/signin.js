// The agent's login: Cognito's authorization code with PKCE (RFC 7636) in a window of its own, since login pages refuse
// to be framed. The access token is held in memory alone, and lent to our other frames in the same browser tab's
// workspace, so that a frame which is opened for the next call need not ask again.

import { moment, since } from "./times.js";

/** @import { Settings } from "./types" */
/** @import { Moment } from "./times.js" */

const SPARE_SECONDS = 30;
const ASK_OTHERS_MS = 200;

/** @typedef {{token: string, lasts: number, at: Moment}} Held `lasts` in seconds from `at` */

/** @typedef {{type: "wanted" | "lent" | "forget", token?: string, lasts?: number, anew?: boolean}} News */

export class SignIn {
  #settings;
  #changed;
  /** @type {Settings | null} */
  #known = null;
  /** @type {Held | null} */
  #held = null;
  #channel = new BroadcastChannel("countersign agent");
  /** @type {AbortController | null} */
  #pending = null;
  /** @type {Set<string>} tokens that are nobody's any more, whoever may still lend them */
  #forgotten = new Set();
  /** Whether the login page must ask who it is, even if it knows somebody. */
  #anew = false;

  /**
   * @param {Promise<Settings>} settings
   * @param {() => void} changed called when a token has come, and when one is forgotten
   */
  constructor(settings, changed) {
    this.#settings = settings;
    this.#changed = changed;
    this.#channel.onmessage = ({ data }) => this.#heard(data);
  }

  get needed() {
    return this.#known?.login !== "handle" && this.token === "";
  }

  /** The access token, or "" when there is none that lasts. */
  get token() {
    return this.#held && this.#left() > 0 ? this.#held.token : "";
  }

  /** When a login is needed again, in seconds of this browser's clock; 0 without one. */
  get until() {
    return this.token ? Date.now() / 1000 + this.#left() : 0;
  }

  /** Whether no login is needed, or another frame had a token to lend. */
  async borrow() {
    this.#known = await this.#settings;
    if (!this.needed) return true;
    this.#tell({ type: "wanted" });
    await new Promise((resolve) => setTimeout(resolve, ASK_OTHERS_MS));
    return !this.needed;
  }

  /** The server does not take the token that we have. */
  refused() {
    this.#forgetEverywhere(false);
  }

  /**
   * Opens the login; to be called from a click, or browsers block the window.
   * @param {boolean} asSomebodyElse whoever is signed in no longer is, in any of our frames
   * @returns {Promise<"done" | "blocked" | "failed">} no answer while the agent has not finished
   */
  async begin(asSomebodyElse) {
    this.#pending?.abort();
    const pending = (this.#pending = new AbortController());
    // The window is opened before anything is awaited: only then does the click count.
    const popup = window.open("about:blank", "countersign-sign-in", "popup,width=480,height=680");
    if (asSomebodyElse) this.#forgetEverywhere(true);
    if (!popup) return "blocked";
    const known = await this.#settings;
    const [state, verifier] = [random(), random()];
    const answer = this.#answer(popup, state, pending.signal);
    popup.location.replace(await address(known, state, verifier, this.#anew));
    const code = await answer;
    if (!code || !(await this.#exchange(known, code, verifier))) return "failed";
    this.#changed();
    return "done";
  }

  /**
   * The code that our page in `popup` hands back; "" if the login failed.
   * @param {Window} popup
   * @param {string} state
   * @param {AbortSignal} signal
   * @returns {Promise<string>}
   */
  #answer(popup, state, signal) {
    return new Promise((resolve) => {
      window.addEventListener(
        "message",
        ({ source, origin, data }) => {
          // Any page may post here; and any site may send a browser to our page with a code of its own choosing.
          if (source !== popup || origin !== location.origin || data?.type !== "countersign:signed-in") return;
          if (data.state !== state) return;
          resolve(typeof data.code === "string" ? data.code : "");
        },
        { signal },
      );
    });
  }

  /**
   * @param {Settings} known
   * @param {string} code
   * @param {string} verifier
   */
  async #exchange(known, code, verifier) {
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: known.client_id,
      redirect_uri: signedInPage(),
      code,
      code_verifier: verifier,
    });
    try {
      const response = await fetch(new URL("/oauth2/token", known.domain), { method: "POST", body });
      const { access_token: token, expires_in: seconds } = await response.json();
      if (!response.ok || typeof token !== "string") return false;
      this.#hold(token, Number(seconds));
      this.#lend();
      return true;
    } catch {
      return false;
    }
  }

  /** @param {unknown} data */
  #heard(data) {
    const { type, token = "", lasts = 0, anew = false } = /** @type {Partial<News>} */ (data ?? {});
    if (type === "wanted") this.#lend();
    if (type === "forget") this.#forget(token, anew);
    if (type === "lent" && this.needed && !this.#forgotten.has(token)) {
      this.#hold(token, lasts);
      this.#changed();
    }
  }

  #lend() {
    if (this.#held && this.token) this.#tell({ type: "lent", token: this.#held.token, lasts: this.#left() + SPARE_SECONDS });
  }

  /** @param {boolean} anew */
  #forgetEverywhere(anew) {
    const token = this.#held?.token ?? "";
    this.#tell({ type: "forget", token, anew });
    this.#forget(token, anew);
  }

  /**
   * @param {string} token
   * @param {boolean} anew
   */
  #forget(token, anew) {
    this.#forgotten.add(token);
    this.#anew ||= anew;
    if (token !== this.#held?.token) return;
    this.#held = null;
    this.#changed();
  }

  /**
   * @param {string} token
   * @param {number} lasts in seconds
   */
  #hold(token, lasts) {
    this.#held = { token, lasts, at: moment() };
    this.#anew = false;
  }

  /** For how many seconds more the token is used. */
  #left() {
    return this.#held ? this.#held.lasts - SPARE_SECONDS - since(this.#held.at) : 0;
  }

  /** @param {News} news to our other frames */
  #tell(news) {
    this.#channel.postMessage(news);
  }
}

/**
 * @param {Settings} known
 * @param {string} state
 * @param {string} verifier
 * @param {boolean} anew
 */
async function address(known, state, verifier, anew) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const made = new URL("/oauth2/authorize", known.domain);
  made.search = new URLSearchParams({
    response_type: "code",
    client_id: known.client_id,
    redirect_uri: signedInPage(),
    scope: "openid",
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    ...(anew ? { prompt: "login" } : {}),
  }).toString();
  return made.href;
}

function signedInPage() {
  return new URL("agent/signed-in", location.href).href;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
