// The agent's screen, in the workspace or beside the CCP.

import { besideCcp } from "./beside-ccp.js";
import { Screen } from "./screen.js";
import { settings } from "./settings.js";
import { SignIn } from "./signin.js";
import { languageOf, texts } from "./texts.js";
import { inWorkspace } from "./workspace.js";

const query = new URL(location.href).searchParams;
const said = texts[languageOf(query)];
document.documentElement.lang = said.language;
document.title = said.title;

const [main, news] = [document.getElementById("screen"), document.getElementById("news")];
if (main && news) {
  const signIn = new SignIn(settings(() => screen.unreachable()), () => screen.signInChanged());
  const screen = new Screen({ main, news }, said, signIn);
  if (window.parent === window) screen.sorry("elsewhere");
  else if (query.get("host") === "ccp") besideCcp(screen);
  else inWorkspace(screen);
}
