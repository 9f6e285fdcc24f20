// In our own page with the CCP: that page, of the same origin, tells which call is in view.

/** @import { FromCcp } from "./types" */
/** @import { Screen } from "./screen.js" */

/** @param {Screen} screen */
export function besideCcp(screen) {
  let shown = "";
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== location.origin) return;
    const told = /** @type {FromCcp | null} */ (data);
    if (told?.type === "countersign:none") {
      shown = "";
      void screen.idle();
    }
    if (told?.type !== "countersign:call") return;
    const { contact, initial, handle, over } = told;
    if (shown !== `${contact} ${handle}`) {
      shown = `${contact} ${handle}`;
      void screen.open({ contact, initial, handle });
    }
    if (over) screen.over();
  });
  window.parent.postMessage({ type: "countersign:ready" }, location.origin);
}
