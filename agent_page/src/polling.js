// Asks what is known of the caller: often at first, less and less while nothing changes, at once when it matters.

/** @import { View } from "./types" */

const FIRST_MS = 1500;
const SLOWER = 1.5;
const SLOWEST_MS = 10_000;
const WHILE_WAITING_MS = 1_500;
const HIDDEN_MS = 30_000;
const PATIENCE_MS = 8_000;

/**
 * @typedef {object} Listener
 * @property {(view: View) => void} seen
 * @property {() => void} nothing there is nobody to see, or no right to
 * @property {() => void} unreachable
 * @property {() => void} signInAgain polling has stopped
 */

export class Polling {
  #ask;
  #listener;
  #isOver;
  #delay = FIRST_MS;
  #last = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  #asking = false;
  #onVisible = () => {
    if (!document.hidden) this.soon();
  };

  /**
   * @param {(signal: AbortSignal) => Promise<Response>} ask
   * @param {Listener} listener
   * @param {() => boolean} isOver whether the call is over: then nothing to see is the last word
   */
  constructor(ask, listener, isOver) {
    this.#ask = ask;
    this.#listener = listener;
    this.#isOver = isOver;
  }

  start() {
    this.#running = true;
    document.addEventListener("visibilitychange", this.#onVisible);
    window.addEventListener("online", this.#onVisible);
    this.soon();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisible);
    window.removeEventListener("online", this.#onVisible);
  }

  /** Ask now, and often again from here on. */
  soon() {
    if (!this.#running || this.#asking) return;
    clearTimeout(this.#timer);
    this.#delay = FIRST_MS;
    void this.#round();
  }

  async #round() {
    this.#asking = true;
    const answer = await this.#answer();
    this.#asking = false;
    if (!this.#running) return;
    this.#take(answer);
    if (this.#running) this.#timer = setTimeout(() => void this.#round(), this.#pause());
  }

  /** @returns {Promise<{status: number, view?: View, text: string}>} status 0: no answer, or none that can be read */
  async #answer() {
    try {
      const response = await this.#ask(AbortSignal.timeout(PATIENCE_MS));
      if (response.status !== 200) return { status: response.status, text: String(response.status) };
      const view = await response.json();
      if (!isView(view)) return { status: 0, text: "0" };
      return { status: 200, view, text: JSON.stringify({ ...view, now: 0 }) };
    } catch {
      return { status: 0, text: "0" };
    }
  }

  /** @param {{status: number, view?: View, text: string}} answer */
  #take({ status, view, text }) {
    this.#delay = text === this.#last ? Math.min(this.#delay * SLOWER, slowest(view)) : FIRST_MS;
    this.#last = text;
    if (view) this.#listener.seen(view);
    else if (status === 404) this.#nothing();
    else if (status === 401) this.#signInAgain();
    else this.#listener.unreachable();
  }

  #nothing() {
    this.#listener.nothing();
    if (this.#isOver()) this.stop();
  }

  #signInAgain() {
    this.stop();
    this.#listener.signInAgain();
  }

  #pause() {
    return document.hidden ? Math.max(this.#delay, HIDDEN_MS) : this.#delay;
  }
}

/** @param {View | undefined} view */
function slowest(view) {
  return view?.login.state === "waiting" ? WHILE_WAITING_MS : SLOWEST_MS;
}

/**
 * Something between us and the server may answer in its place.
 * @param {unknown} answer
 * @returns {answer is View}
 */
function isView(answer) {
  const { now, proofs, missing, login } = /** @type {Partial<View>} */ (answer ?? {});
  return Number.isInteger(now) && Array.isArray(proofs) && Array.isArray(missing) && typeof login?.state === "string";
}
