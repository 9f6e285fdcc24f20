// In the window of the login: hands the code to the page that opened it, if that is ours, and closes.

import { languageOf, texts } from "./texts.js";

const { searchParams } = new URL(location.href);
history.replaceState(null, "", location.pathname);
if (window.opener) {
  const [code, state] = [searchParams.get("code"), searchParams.get("state")];
  window.opener.postMessage({ type: "countersign:signed-in", code, state }, location.origin);
}
window.close();

const said = texts[languageOf(searchParams)];
document.documentElement.lang = said.language;
document.title = said.title;
document.querySelector("main")?.append(said.closeThisWindow);
