// What the page asks of the machine behind it.

/**
 * Have something done, and hear what came of it; throws an Error with words for the person at the page.
 * @param {string} path
 * @param {Record<string, unknown> | Blob} what
 * @returns {Promise<Record<string, any>>}
 */
export async function ask(path, what = {}) {
  const answer = await reached(path, { method: "POST", body: what instanceof Blob ? what : JSON.stringify(what) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.sorry);
  return told;
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function read(path) {
  return (await reached(path, {})).json();
}

/**
 * @param {string} path
 * @param {RequestInit} how
 */
async function reached(path, how) {
  try {
    return await fetch(path, how);
  } catch {
    throw new Error("Nothing answers: was the phone ended in its terminal?");
  }
}

/**
 * What the page has by this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${id}`);
  return found;
}

/**
 * An element with a class and words, or other elements, in it.
 * @param {string} name
 * @param {string} kind
 * @param {(string | Node)[]} inside
 */
export function made(name, kind, ...inside) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.append(...inside);
  return element;
}
