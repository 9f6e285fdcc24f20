// The telephone: dialling, keys, voice; and what the machine behind it tells of the call.

import { ask, part, read } from "./asking.js";
import { fill, options } from "./besides.js";
import { clear, draw, drawLegend, hear, running } from "./call.js";
import { Recording } from "./microphone.js";

/** @import { Event } from "./call.js" */

const AGAIN_MS = 2000;
const KEYS = "123456789*0#";
const NAMES = /** @type {Record<string, string>} */ ({ "*": "star", "#": "hash" });

/** @type {Record<string, string>} */
const ASKED = { keys: "Press keys.", voice: "Speak.", agent: "You are with the agent. Hang up when you like." };

const state = part("state", HTMLParagraphElement);
const sorry = part("sorry", HTMLParagraphElement);
const [dialButton, hangUpButton] = [part("dial", HTMLButtonElement), part("hang-up", HTMLButtonElement)];
const speakButton = part("speak", HTMLButtonElement);
const [voice, number] = [part("voice", HTMLSelectElement), part("number", HTMLSelectElement)];
const keypad = part("keypad", HTMLDivElement);
const aloud = part("aloud", HTMLInputElement);
/** @type {Recording | null} */
let recording = null;
let onThePhone = false;
/** What was pressed before is on its way: keys arrive in the order in which they were pressed. */
let typed = Promise.resolve();

/** @param {() => Promise<unknown>} work */
async function attempt(work) {
  sorry.textContent = "";
  try {
    await work();
  } catch (trouble) {
    sorry.textContent = trouble instanceof Error ? trouble.message : String(trouble);
  }
}

// --- what is done --------------------------------------------------------------------------------------------------------

function callerId() {
  const chosen = document.querySelector("input[name=shown]:checked");
  const other = part("others", HTMLInputElement).value.replaceAll(" ", "");
  return { own: part("own", HTMLSpanElement).textContent, other }[chosen instanceof HTMLInputElement ? chosen.value : ""] ?? null;
}

/** @param {Record<string, unknown>} [more] */
const dial = (more) => ask("/dial", { number: number.value, caller_id: callerId(), ...more });

/** @param {string} key */
function press(key) {
  speechSynthesis.cancel();
  if (onThePhone) typed = typed.then(() => attempt(() => ask("/keys", { keys: key })));
}

function drawKeypad() {
  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    if (NAMES[key]) button.setAttribute("aria-label", NAMES[key]);
    button.addEventListener("click", () => press(key));
    keypad.append(button);
  }
  keypad.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    if (key.length === 1 && KEYS.includes(key) && !ctrlKey && !metaKey && !altKey) press(key);
  });
}

async function speak() {
  if (recording) return doneSpeaking();
  if (voice.value) {
    speakButton.disabled = true;
    const { take } = await ask("/voice", { caller: voice.value });
    if (aloud.checked) void new Audio(`/takes/${voice.value}/${take}`).play().catch(() => {});
    return;
  }
  await ask("/speaking");
  const begun = (recording = new Recording(() => void attempt(doneSpeaking)));
  try {
    await begun.begin();
  } catch (trouble) {
    recording = null;
    throw trouble;
  }
  if (recording !== begun) return;
  say("Speak now.");
  speakButton.textContent = "Done";
}

async function doneSpeaking() {
  const done = recording;
  recording = null;
  speakButton.textContent = "Speak";
  speakButton.disabled = true;
  const sound = await done?.end();
  if (sound) await ask("/recording", sound);
}

// --- what is told ----------------------------------------------------------------------------------------------------------

/** @param {string} words */
function say(words) {
  state.textContent = words;
}

/** @type {Record<string, (event: Event) => void>} */
const REACTIONS = {
  ringing({ to, caller }) {
    clear();
    running("It rings.");
    onThePhone = true;
    say(`Calling ${to}, ${caller ? `shown as ${caller}` : "number withheld"}.`);
  },
  spoken(event) {
    hear(event);
    say("You are on the phone.");
  },
  asked({ what }) {
    say(ASKED[what] ?? "You are on the phone.");
    speakButton.disabled = what !== "voice";
    if (what === "voice") speakButton.focus();
    if (what === "agent") running("No flow is running: you are with the agent.");
  },
  block: (event) => running("", event),
  over({ how }) {
    onThePhone = false;
    say(`The call is over: ${how}.`);
    running("No flow is running.");
    speakButton.disabled = true;
    speechSynthesis.cancel();
    void recording?.end();
    recording = null;
  },
};

/**
 * @param {Event} event
 * @param {boolean} old
 */
function take(event, old) {
  const focused = document.activeElement;
  REACTIONS[event.kind]?.(event);
  draw(event);
  if (event.kind === "spoken" && aloud.checked && !old) readAloud(event);
  dialButton.disabled = onThePhone;
  hangUpButton.disabled = !onThePhone;
  keepFocus(focused);
}

/**
 * Whoever uses the keyboard is not to lose their place when their button is switched off.
 * @param {Element | null} focused
 */
function keepFocus(focused) {
  if (!(focused instanceof HTMLButtonElement && focused.disabled)) return;
  const key = keypad.firstElementChild;
  if (onThePhone && key instanceof HTMLElement) key.focus();
  else dialButton.focus();
}

/** @param {Event} event */
function readAloud({ text, language }) {
  const words = new SpeechSynthesisUtterance(text);
  words.lang = language;
  speechSynthesis.speak(words);
}

/** @param {boolean} old */
async function follow(old) {
  let last = 0;
  for (;;) {
    for (const event of await news(last)) {
      take(event, old);
      last = event.number;
    }
    old = false;
  }
}

/**
 * What is new after that event. Where nothing answers, the page begins anew as soon as something does: another phone has
 * other events, and its apps have other addresses.
 * @param {number} last
 * @returns {Promise<Event[]>}
 */
async function news(last) {
  for (let lost = false; ; lost = true) {
    try {
      const events = await read(`/events?after=${lost ? 0 : last}`);
      if (!lost) return events;
      location.reload();
      return new Promise(() => {});
    } catch (trouble) {
      sorry.textContent = trouble instanceof Error ? trouble.message : String(trouble);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function start() {
  const settings = await read("/settings");
  for (const [one, how] of Object.entries(settings.numbers)) number.add(new Option(`${one} ${how}`, one));
  options("voice", settings.callers);
  voice.value = "karin";
  part("own", HTMLSpanElement).textContent = settings.own;
  part("others", HTMLInputElement).value = settings.others;
  part("phrase", HTMLSpanElement).textContent = settings.phrase;
  drawKeypad();
  drawLegend();
  fill(settings, attempt, () => dial({ number: settings.web_login_number, types_code: true }));
  part("others", HTMLInputElement).addEventListener("input", () => {
    const other = document.querySelector("input[name=shown][value=other]");
    if (other instanceof HTMLInputElement) other.checked = true;
  });
  dialButton.addEventListener("click", () => attempt(dial));
  hangUpButton.addEventListener("click", () => attempt(() => ask("/hang-up")));
  speakButton.addEventListener("click", () => attempt(speak));
  // Whoever has the prompts read aloud need not have their screen reader say them again.
  aloud.addEventListener("change", () => {
    part("heard", HTMLDivElement).ariaLive = aloud.checked ? "off" : "polite";
    if (!aloud.checked) speechSynthesis.cancel();
  });
  await follow(settings.busy);
}

void attempt(start);
