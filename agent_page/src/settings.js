/** @import { Settings } from "./types" */

const AGAIN_MS = 3000;

/**
 * What the server says of itself, asked for until it answers.
 * @param {() => void} trouble called after each time that it did not
 * @returns {Promise<Settings>}
 */
export async function settings(trouble) {
  for (;;) {
    const found = await asked();
    if (found) return found;
    trouble();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** @returns {Promise<Settings | null>} */
async function asked() {
  try {
    const response = await fetch(new URL("agent/settings", location.href));
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
