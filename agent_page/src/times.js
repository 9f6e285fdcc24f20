// Time that has gone by; moments and distances in words, by the browser's own lists of them. Times in seconds.

/** @import { Texts } from "./texts.js" */

/** @typedef {{steady: number, wall: number}} Moment by both clocks of the browser, in milliseconds */

/** @returns {Moment} */
export function moment() {
  return { steady: performance.now(), wall: Date.now() };
}

/**
 * Seconds since then. One of the browser's clocks may have stood still while the computer slept, the other may be set
 * back: the one that went further counts.
 * @param {Moment} then
 */
export function since(then) {
  return Math.max(performance.now() - then.steady, Date.now() - then.wall) / 1000;
}

/**
 * "3 min ago"
 * @param {number} seconds
 * @param {Texts} said
 */
export function ago(seconds, said) {
  return seconds < 60 ? said.justNow : distance(-seconds, said.language);
}

/**
 * "in 27 min", "3 min ago"
 * @param {number} seconds
 * @param {string} language
 */
export function distance(seconds, language) {
  const words = new Intl.RelativeTimeFormat(language, { style: "short", numeric: "always" });
  const size = Math.abs(seconds);
  if (size < 60) return words.format(Math.trunc(seconds), "second");
  if (size < 7200) return words.format(Math.trunc(seconds / 60), "minute");
  return words.format(Math.trunc(seconds / 3600), "hour");
}

/**
 * "14:05", as the clock on the agent's wall
 * @param {number} at
 * @param {string} language
 */
export function clock(at, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at * 1000);
}
