// Draws a state. Everything is text; what changes with the clock alone is drawn anew only where its words change.

import { element, foreign, list, sign } from "./elements.js";
import { standing } from "./standing.js";
import { fill } from "./texts.js";
import { ago, clock, distance } from "./times.js";

/** @import { Proof, SignInState, State, View } from "./types" */
/** @import { Standing } from "./standing.js" */
/** @import { Texts } from "./texts.js" */

/**
 * @param {State} state
 * @param {number} now of the server's clock, in seconds
 * @param {Texts} said
 * @param {(asSomebodyElse: boolean) => void} signIn
 * @returns {{news: string, content: Node[]}} `news` is what changed for somebody who does not see the screen
 */
export function drawn(state, now, said, signIn) {
  switch (state.at) {
    case "shown":
      return shown(state, now, said);
    case "idle":
      return idle(state, said, signIn);
    case "sign_in":
      return banner("info", said.signIn, [said.signInMore], signInPart(state.signIn, said, signIn));
    case "opening":
      return banner("info", said.opening, []);
    case "looking":
      return banner("info", said.looking, []);
    case "nothing":
      return banner("info", said.nothing, [said.nothingMore], state.signedIn ? [somebodyElse(said, signIn)] : []);
    case "unreachable":
      return banner("not_enough", said.unreachable, [said.unreachableMore]);
    case "not_allowed":
      return banner("not_enough", said.notAllowed, [said.notAllowedMore]);
    case "elsewhere":
      return banner("info", said.elsewhere, [said.elsewhereMore]);
    case "over":
      return banner("info", said.over, [said.overMore]);
  }
}

/**
 * @param {Extract<State, {at: "idle"}>} state
 * @param {Texts} said
 * @param {(asSomebodyElse: boolean) => void} signIn
 */
function idle({ signIn: needed, until }, said, signIn) {
  if (needed) return banner("info", said.idle, [said.idleMore, said.signInMore], signInPart(needed, said, signIn));
  if (until === 0) return banner("info", said.idle, [said.idleMore]);
  const ready = fill(said.ready, { time: clock(until, said.language) });
  return banner("info", said.idle, [said.idleMore, ready], [somebodyElse(said, signIn)]);
}

/**
 * @param {string} kind
 * @param {string} heading
 * @param {string[]} more
 * @param {Node[]} [rest]
 */
function banner(kind, heading, more, rest = []) {
  const words = element("div", "", element("h1", "", heading), ...more.map((line) => element("p", "", line)), ...rest);
  return { news: [heading, ...more].join(" "), content: [element("div", `banner ${kind}`, sign(kind), words)] };
}

/**
 * @param {SignInState} state
 * @param {Texts} said
 * @param {(asSomebodyElse: boolean) => void} signIn
 */
function signInPart(state, said, signIn) {
  const button = signInButton("", said.signInButton, () => signIn(false));
  const told = { needed: "", under_way: said.signInUnderWay, blocked: said.signInBlocked, failed: said.signInFailed };
  return [button, ...(told[state] ? [element("p", "told", told[state])] : [])];
}

/**
 * @param {Texts} said
 * @param {(asSomebodyElse: boolean) => void} signIn
 */
function somebodyElse(said, signIn) {
  return signInButton("second", said.signInOther, () => signIn(true));
}

/**
 * The only button there is, whatever it says: so who pressed it is still on it when its words change.
 * @param {string} style
 * @param {string} words
 * @param {() => void} press
 */
function signInButton(style, words, press) {
  const button = element("button", style, words);
  button.id = "sign-in";
  button.addEventListener("click", press);
  return button;
}

/**
 * @param {Extract<State, {at: "shown"}>} state
 * @param {number} now
 * @param {Texts} said
 */
function shown({ view, stale }, now, said) {
  const found = standing(view, now);
  const { news, content } = banner(found.verdict, said[found.verdict], verdictMore(view, found, said));
  const staleLine = fill(said.stale, { time: clock(view.now, said.language) });
  return {
    news: stale ? `${staleLine} ${news}` : news,
    content: [
      ...(stale ? [element("p", "stale", sign("not_enough"), element("span", "", staleLine))] : []),
      ...content,
      ...purpose(view, said),
      ...section(said.attributes, attributes(found)),
      ...section(said.proofs, proofs(found, now, said)),
      ...section(said.missing, missing(view, found, said)),
      ...(stale ? [] : [element("p", "updated", fill(said.updated, { time: clock(view.now, said.language) }))]),
    ],
  };
}

/**
 * @param {View} view
 * @param {Standing} found
 * @param {Texts} said
 */
function verdictMore(view, found, said) {
  const [level, required] = [named(said.levels, found.level), named(said.levels, view.required)];
  const none = found.ended.length > 0 ? said.noneEnded : said.noneMore;
  const more = found.verdict === "none" ? none : fill(needed(view, found, said), { level, required });
  const login = { waiting: said.waiting, not_authenticated: said.notAuthenticated }[view.login.state];
  return login ? [more, login] : [more];
}

/**
 * @param {View} view
 * @param {Standing} found
 * @param {Texts} said
 */
function needed(view, found, said) {
  if (found.verdict !== "not_enough") return said[found.verdict === "enough" ? "enoughMore" : "conflictMore"];
  if (!Object.hasOwn(said.levels, view.required)) return said.unknownMore;
  return found.old ? said.oldMore : said.not_enoughMore;
}

/**
 * @param {View} view
 * @param {Texts} said
 */
function purpose({ login }, said) {
  const name = login.purpose_name || login.purpose;
  return name ? [element("section", "", list([[said.purpose, foreign(name)]]))] : [];
}

/** @param {Standing} found */
function attributes(found) {
  return found.attributes.length > 0
    ? [list(found.attributes.map(({ name, label, value }) => [foreign(label || name), foreign(value)]))]
    : [];
}

/**
 * @param {Standing} found
 * @param {number} now
 * @param {Texts} said
 */
function proofs({ living, ended }, now, said) {
  const all = [...living, ...ended];
  return all.length > 0 ? [element("ul", "", ...all.map((proof) => proofItem(proof, now, said)))] : [];
}

/**
 * @param {Proof} proof
 * @param {number} now
 * @param {Texts} said
 */
function proofItem(proof, now, said) {
  const over = now >= proof.until;
  const [when, time] = [distance(proof.until - now, said.language), clock(proof.until, said.language)];
  return element(
    "li",
    over ? "ended" : "",
    element("strong", "", foreign(named(said.methods, proof.method))),
    `, ${named(said.levels, proof.level)}, ${ago(now - proof.at, said)}`,
    element("small", "", fill(over ? said.ended : said.lasts, { when, time })),
  );
}

/**
 * What a look at the server found missing holds as long as no proof has ended since: then the server is asked again.
 * @param {View} view
 * @param {Standing} found
 * @param {Texts} said
 */
function missing(view, found, said) {
  if (found.verdict === "enough" || found.verdict === "conflict" || view.missing.length === 0) return [];
  const names = view.missing.map((method) => element("li", "", foreign(named(said.methods, method))));
  return [element("ul", "methods", ...names)];
}

/**
 * @param {string} heading
 * @param {Node[]} content
 */
function section(heading, content) {
  return content.length > 0 ? [element("section", "", element("h2", "", heading), ...content)] : [];
}

/**
 * Unknown words are shown as they are.
 * @param {Record<string, string>} names
 * @param {string} word
 */
function named(names, word) {
  return Object.hasOwn(names, word) ? (names[word] ?? word) : word;
}
