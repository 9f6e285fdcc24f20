// What is heard in a call, and the lanes in which it is drawn.

import { made, part } from "./asking.js";

/** @typedef {{number: number, kind: string, at: number} & Record<string, any>} Event */

const LANES = /** @type {const} */ ({
  caller: "Caller",
  flow: "Flow",
  lambda: "Lambda",
  table: "Table",
  twilio: "Twilio",
  outside: "Outside",
  agent: "Agent",
});
/** @type {Record<string, keyof typeof LANES>} */
const LANE_OF = { caller: "caller", connect: "flow", lambda: "lambda", log: "lambda", table: "table", twilio: "twilio",
  webhook: "twilio", agent: "agent" };
const LONG_SILENCE = 4;
const OURS = /^countersign-connect-dev-/;

const heard = part("heard", HTMLDivElement);
const lanes = part("lanes", HTMLOListElement);
const now = part("now", HTMLParagraphElement);

export function drawLegend() {
  part("legend", HTMLUListElement).append(...Object.entries(LANES).map(([lane, name]) => made("li", lane, name)));
}

/** Another call. */
export function clear() {
  heard.replaceChildren();
  lanes.replaceChildren();
}

/**
 * @param {Event} event
 */
export function hear({ text, language }) {
  const words = made("p", "", text);
  words.lang = language;
  heard.append(words);
  heard.scrollTop = heard.scrollHeight;
}

/**
 * @param {string} what
 * @param {Event} [event]
 */
export function running(what, event) {
  if (!event) now.replaceChildren(made("span", "small", what));
  else now.replaceChildren(made("span", "small", `Flow ${event.flow}, now at ${event.type}`), made("strong", "", event.block));
}

/**
 * Draw what a lane has of this event.
 * @param {Event} event
 */
export function draw(event) {
  if (event.kind === "line") line(event);
  if (event.kind === "step") step(event);
  if (event.kind === "silence") silence(event);
}

/** @param {Event} event */
function line({ at, who, what, more }) {
  const lane = LANE_OF[who] ?? "outside";
  const keys = /^types (\d+|one) keys?$/.exec(what)?.[1];
  if (keys) return typed(at, keys === "one" ? 1 : Number(keys));
  const named = LANES[lane].toLowerCase() === who ? [] : [made("small", "", `${who} `)];
  row(at, lane, "", ...named, what.replace(OURS, ""), ...(more ? [made("small", "", ` TwiML: ${more}`)] : []));
}

/**
 * Keys that come one by one are one line.
 * @param {number} at
 * @param {number} keys
 */
function typed(at, keys) {
  const last = lanes.lastElementChild;
  const before = last instanceof HTMLElement ? Number(last.dataset.keys ?? 0) : 0;
  if (before) last?.remove();
  row(at, "caller", "", `types ${before + keys} ${before + keys === 1 ? "key" : "keys"}`);
  if (lanes.lastElementChild instanceof HTMLElement) lanes.lastElementChild.dataset.keys = String(before + keys);
}

/** @param {Event} event */
function step({ at, flow, block, branch, note }) {
  const told = [` → ${branch}`, note ? `, ${note}` : ""].join("");
  row(at, "flow", "", made("em", "", block), told, made("small", "", ` ${flow}`));
}

/** @param {Event} event */
function silence({ at, seconds }) {
  const long = seconds > LONG_SILENCE ? ", which is too long" : "";
  row(at, "caller", "silence", `hears nothing for ${seconds.toFixed(1)} s${long}`);
}

/**
 * @param {number} at
 * @param {keyof typeof LANES} lane
 * @param {string} kind
 * @param {(string | Node)[]} what
 */
function row(at, lane, kind, ...what) {
  const atTheEnd = lanes.scrollHeight - lanes.scrollTop - lanes.clientHeight < 60;
  const track = made("span", "track");
  track.setAttribute("aria-hidden", "true");
  const told = made("span", "what", ...what);
  lanes.append(made("li", `${lane} ${kind}`.trim(), made("time", "", `${at.toFixed(1)} s`), track, made("span", "who", LANES[lane]), told));
  if (atTheEnd) lanes.scrollTop = lanes.scrollHeight;
}
