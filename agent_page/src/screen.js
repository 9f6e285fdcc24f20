// The state of the screen: one call at a time, from what the host tells, what the server answers and what the clock does.

import { Polling } from "./polling.js";
import { drawn } from "./render.js";
import { untilNextEnd } from "./standing.js";
import { moment, since } from "./times.js";

/** @import { Call, State, View } from "./types" */
/** @import { SignIn } from "./signin.js" */
/** @import { Texts } from "./texts.js" */

const TICK_MS = 1000;

/**
 * @typedef {object} Page
 * @property {HTMLElement} main
 * @property {HTMLElement} news the live region
 */

export class Screen {
  #page;
  #said;
  #signIn;
  /** @type {State} */
  #state = { at: "opening" };
  /** @type {Call | null} */
  #call = null;
  #callIsOver = false;
  /** @type {Polling | null} */
  #polling = null;
  #drawn = "";
  #news = "";
  /** When the next proof of the caller ends, by the server's clock in seconds. */
  #nextEnd = Infinity;

  /**
   * @param {Page} page
   * @param {Texts} said
   * @param {SignIn} signIn
   */
  constructor(page, said, signIn) {
    this.#page = page;
    this.#said = said;
    this.#signIn = signIn;
    setInterval(() => this.#tick(), TICK_MS);
    this.#draw();
  }

  /**
   * A call is in view. One whose handle is another call's, copied from call to call by a flow, has none of its own.
   * @param {Call} call
   */
  async open(call) {
    this.close();
    this.#call = call;
    this.#callIsOver = false;
    if (!call.handle.startsWith(`${call.initial}.`)) return this.#show({ at: "nothing" });
    this.#show({ at: "looking" });
    if (await this.#signIn.borrow()) return this.#look(call);
    if (this.#call === call) this.#show({ at: "sign_in", signIn: "needed" });
  }

  /** The call is over, and the agent still at work on it: what was shown stays as long as the server lets it. */
  over() {
    this.#callIsOver = true;
    this.#polling?.soon();
  }

  /** The host is done with the call. */
  cleared() {
    this.close();
    this.#show({ at: "over" });
  }

  async idle() {
    this.close();
    await this.#signIn.borrow();
    if (!this.#call) this.#idle();
  }

  /** @param {"not_allowed" | "elsewhere" | "nothing"} at */
  sorry(at) {
    this.close();
    this.#show({ at });
  }

  /** The server does not even say how agents sign in. */
  unreachable() {
    if (this.#state.at === "opening" || this.#state.at === "looking") this.#show({ at: "unreachable" });
  }

  /** The host shows the screen again after it was hidden. */
  inView() {
    this.#polling?.soon();
  }

  /** A login has come or gone, in this frame or in another of ours. */
  signInChanged() {
    if (this.#state.at === "idle") this.#idle();
    else if (!this.#signIn.needed) this.#signedIn();
    else if (this.#polling && this.#state.at !== "over") this.#signedOut();
  }

  close() {
    this.#polling?.stop();
    this.#polling = null;
    this.#call = null;
  }

  #idle() {
    this.#show({ at: "idle", signIn: this.#signIn.needed ? "needed" : null, until: this.#signIn.until });
  }

  #signedIn() {
    if (this.#state.at === "sign_in" && this.#call) this.#look(this.#call);
  }

  #signedOut() {
    this.#polling?.stop();
    this.#polling = null;
    this.#show({ at: "sign_in", signIn: "needed" });
  }

  /** @param {Call} call */
  #look(call) {
    if (this.#call !== call) return;
    this.#show({ at: "looking" });
    this.#polling = new Polling((signal) => this.#ask(call, signal), this.#listener(), () => this.#callIsOver);
    this.#polling.start();
  }

  /**
   * @param {Call} call
   * @param {AbortSignal} signal
   */
  #ask(call, signal) {
    const token = this.#signIn.token;
    return fetch(new URL("agent/view", location.href), {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ handle: call.handle, contact: call.contact, language: this.#said.language }),
      cache: "no-store",
      signal,
    });
  }

  #listener() {
    return {
      /** @param {View} view */
      seen: (view) => {
        this.#nextEnd = view.now + untilNextEnd(view, view.now);
        this.#show({ at: "shown", view, seen: moment(), stale: false });
      },
      nothing: () => {
        const signedIn = this.#signIn.token !== "";
        this.#show(this.#callIsOver ? { at: "over" } : { at: "nothing", signedIn });
      },
      unreachable: () => this.#show(this.#state.at === "shown" ? { ...this.#state, stale: true } : { at: "unreachable" }),
      signInAgain: () => {
        this.#signIn.refused();
        this.#signedOut();
      },
    };
  }

  /** @param {boolean} asSomebodyElse */
  async #begin(asSomebodyElse) {
    const begun = this.#signIn.begin(asSomebodyElse);
    this.#signInIs("under_way");
    const outcome = await begun;
    if (outcome !== "done") this.#signInIs(outcome);
  }

  /** @param {"under_way" | "blocked" | "failed"} signIn */
  #signInIs(signIn) {
    if (this.#state.at === "sign_in" || (this.#state.at === "idle" && this.#state.signIn)) {
      this.#show({ ...this.#state, signIn });
    }
  }

  /** @param {State} state */
  #show(state) {
    this.#state = state;
    this.#draw();
  }

  #tick() {
    if (this.#state.at === "idle" && this.#state.signIn === null && this.#signIn.needed) this.#idle();
    if (this.#state.at !== "shown") return;
    const now = this.#now();
    if (now >= this.#nextEnd) {
      this.#nextEnd = now + untilNextEnd(this.#state.view, now);
      this.#polling?.soon();
    }
    this.#draw();
  }

  /** The server's clock in seconds, as far as its last answer and the time since tell. */
  #now() {
    if (this.#state.at !== "shown") return 0;
    const { view, seen } = this.#state;
    return view.now + Math.floor(since(seen));
  }

  #draw() {
    const { news, content } = drawn(this.#state, this.#now(), this.#said, (asSomebodyElse) => void this.#begin(asSomebodyElse));
    const fresh = document.createElement("main");
    fresh.append(...content);
    if (fresh.innerHTML === this.#drawn) return;
    this.#drawn = fresh.innerHTML;
    const focused = this.#page.main.contains(document.activeElement) ? document.activeElement?.id : "";
    this.#page.main.replaceChildren(...content);
    // Who pressed a button goes on where they were, or at the beginning of what came instead.
    if (focused) (document.getElementById(focused) ?? this.#page.main).focus();
    if (news !== this.#news) this.#page.news.textContent = this.#news = news;
  }
}
