// What a view says at a moment: proofs end while nobody asks the server. Pure; times are seconds of the server's clock.

/** @import { Attribute, Proof, View } from "./types" */

const LEVELS = ["none", "low", "substantial", "high"];

/**
 * @typedef {object} Standing
 * @property {"enough" | "not_enough" | "none" | "conflict"} verdict
 * @property {string} level
 * @property {boolean} old whether something proves enough, but was proved too long ago
 * @property {Proof[]} living
 * @property {Proof[]} ended
 * @property {Attribute[]} attributes of the web login, while it counts
 */

/**
 * Never more than the server said, and less where a proof has ended since.
 * @param {View} view
 * @param {number} now
 * @returns {Standing}
 */
export function standing(view, now) {
  const living = view.proofs.filter((proof) => now < proof.until);
  const ended = view.proofs.filter((proof) => now >= proof.until);
  const young = living.filter((proof) => now - proof.at < (view.younger_than_seconds ?? Infinity));
  const [rank, fresh] = view.conflict ? [0, 0] : [reached(living, view.level), reached(young, view.level)];
  const required = LEVELS.indexOf(view.required);
  const counts = living.some((proof) => proof.method === "web_login") && !view.conflict;
  return {
    verdict: view.conflict ? "conflict" : verdict(rank, fresh, required),
    level: LEVELS[rank] ?? "none",
    old: required > 0 && rank >= required && fresh < required,
    living,
    ended,
    attributes: counts && view.login.state === "linked" ? (view.login.attributes ?? []) : [],
  };
}

/**
 * @param {Proof[]} proofs
 * @param {string} most
 */
function reached(proofs, most) {
  const strongest = Math.max(0, ...proofs.map((proof) => LEVELS.indexOf(proof.level)));
  return Math.max(0, Math.min(strongest, LEVELS.indexOf(most)));
}

/**
 * A required level that is not known is never reached.
 * @param {number} rank
 * @param {number} fresh what was reached lately enough
 * @param {number} required
 */
function verdict(rank, fresh, required) {
  if (rank === 0) return "none";
  return required > 0 && fresh >= required ? "enough" : "not_enough";
}

/**
 * Seconds until the next proof of `view` ends, or is too old for what is required; Infinity if none will.
 * @param {View} view
 * @param {number} now
 */
export function untilNextEnd(view, now) {
  const ends = view.proofs.flatMap((proof) => [proof.until, proof.at + (view.younger_than_seconds ?? Infinity)]);
  return Math.min(...ends.map((end) => end - now).filter((left) => left > 0));
}
