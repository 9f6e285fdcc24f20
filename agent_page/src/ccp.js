// Our page with the CCP in it, for agents who do not work in Connect's agent workspace. Streams frames the CCP and tells
// of contacts; the screen stands in a frame of its own beside it and hears of the one that is in view.
// https://github.com/amazon-connect/amazon-connect-streams/blob/master/Documentation.md

/// <reference types="amazon-connect-streams" />

import { settings } from "./settings.js";
import { languageOf, texts } from "./texts.js";

/** @import { FromCcp } from "./types" */

const OVER = new Set(["ended", "error", "missed", "rejected"]);

const said = texts[languageOf(new URL(location.href).searchParams)];
document.documentElement.lang = said.language;
setText("name", said.agentPage);
document.title = said.agentPage;

const frame = document.createElement("iframe");
frame.title = said.title;
frame.src = `agent?host=ccp&lang=${said.language}`;

/** @type {connect.Agent | null} */
let agent = null;
/** @type {string | null} null until the agent has chosen */
let selected = null;
let told = "";

window.addEventListener("message", ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== location.origin || data?.type !== "countersign:ready") return;
  told = "";
  tell();
});
document.getElementById("caller")?.append(frame);
void begin();

async function begin() {
  const { ccp_url: ccpUrl, region } = await settings(() => {});
  const place = document.getElementById("ccp");
  if (!place) return;
  connect.core.initCCP(place, {
    ccpUrl: `${ccpUrl.replace(/\/$/, "")}/`,
    region,
    loginPopup: true,
    loginPopupAutoClose: true,
    iframeTitle: "Contact Control Panel",
    // The CCP's own frame rings and carries the voice, so that this page needs neither microphone nor sound.
    softphone: { allowFramedSoftphone: true },
  });
  connect.agent((logged) => {
    agent = logged;
    tell();
  });
  connect.contact((contact) => {
    contact.onRefresh(tell);
    contact.onDestroy(tell);
  });
  connect.core.onViewContact(({ contactId }) => {
    selected = contactId;
    tell();
  });
}

function tell() {
  const news = inView();
  const text = JSON.stringify(news);
  if (text === told) return;
  told = text;
  frame.contentWindow?.postMessage(news, location.origin);
}

/** @returns {FromCcp} */
function inView() {
  const contacts = agent ? agent.getContacts() : [];
  const contact = contacts.find((one) => one.contactId === (selected ?? contacts[0]?.contactId));
  if (!contact) return { type: "countersign:none" };
  return {
    type: "countersign:call",
    contact: contact.contactId,
    initial: contact.getInitialContactId() || contact.contactId,
    // Streams says null of a call that is only being listened to.
    handle: contact.getAttributes()?.["auth_view"]?.value ?? "",
    over: OVER.has(contact.getStatus().type),
  };
}

/**
 * @param {string} id
 * @param {string} text
 */
function setText(id, text) {
  const found = document.getElementById(id);
  if (found) found.textContent = text;
}
