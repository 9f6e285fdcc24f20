// What stands beside the telephone: the website, the apps, the agent's screen, and what goes wrong.

import { ask, made, part } from "./asking.js";

/** @typedef {(work: () => Promise<unknown>) => Promise<void>} Try */

/**
 * @param {Record<string, any>} settings
 * @param {Try} attempt
 * @param {() => Promise<unknown>} callForMe
 */
export function fill(settings, attempt, callForMe) {
  options("purpose", settings.purposes);
  options("visitor", settings.visitors);
  show("phones", settings.phones);
  show("workspace", settings.workspace);
  website(attempt, callForMe);
  part("faults", HTMLFieldSetElement).append(...settings.faults.map((/** @type {any} */ fault) => fault_(fault, attempt)));
}

/**
 * @param {string} id
 * @param {Record<string, string>} names
 */
export function options(id, names) {
  part(id, HTMLSelectElement).append(...Object.entries(names).map(([value, name]) => new Option(name, value)));
}

/**
 * @param {string} id
 * @param {string} address
 */
function show(id, address) {
  part(id, HTMLIFrameElement).src = address;
  part(`${id}-link`, HTMLAnchorElement).href = address;
}

/**
 * @param {Try} attempt
 * @param {() => Promise<unknown>} callForMe
 */
function website(attempt, callForMe) {
  const shown = part("code", HTMLParagraphElement);
  const button = (/** @type {string} */ id) => part(id, HTMLButtonElement);
  const logIns = [button("log-in"), button("fail")];
  button("come").addEventListener("click", () => attempt(async () => {
    const { number, code } = await ask("/website", { purpose: part("purpose", HTMLSelectElement).value });
    shown.textContent = `Call ${number} and type ${code}.`;
    for (const one of [button("call-for-me"), ...logIns]) one.disabled = false;
  }));
  button("call-for-me").addEventListener("click", () => attempt(callForMe));
  for (const one of logIns) {
    one.addEventListener("click", () => attempt(async () => {
      const person = one.id === "fail" ? null : part("visitor", HTMLSelectElement).value;
      for (const other of logIns) other.disabled = true;
      const { status } = await ask("/login", { person });
      const outcome = person ? "Logged in" : "The login failed";
      shown.textContent += ` ${status < 300 ? outcome : `The login was refused (${status})`}.`;
    }));
  }
}

/**
 * @param {{name: string, told: string, on: boolean}} fault
 * @param {Try} attempt
 */
function fault_({ name, told, on }, attempt) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = on;
  box.addEventListener("change", () => attempt(() => ask("/fault", { name, on: box.checked })));
  return made("label", "", box, ` ${told}`);
}
