"use strict";
// A CCP without a telephone. It greets the page that frames it with an acknowledgement, answers the conduit's keep-alive of
// `amazon-connect-streams` 2.28, and sends the agent's snapshot whenever the desk changes. All else is not looked at.

let desk = null;
const parentOrigin = location.ancestorOrigins?.[0] ?? "*";

function tell(event, data) {
  window.parent.postMessage({ event, data }, parentOrigin);
}

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent || data?.event !== "synchronize") return;
  acknowledge();
});

function acknowledge() {
  tell("acknowledge", { id: "laptop" });
}

function snapshot() {
  tell("agent::update", {
    configuration: { username: desk.agent, name: desk.agent, agentStates: [], permissions: [],
      routingProfile: { routingProfileId: "arn:aws:connect:eu-central-1:111122223333:instance/0/routing-profile/0" } },
    snapshot: {
      state: { name: "Available", type: "routable", startTimestamp: new Date() },
      contacts: desk.contacts.map(({ contactId, initialContactId, attributes, state }) => ({
        contactId, initialContactId, type: "voice", connections: [], queue: { name: "main", queueId: "q" },
        state: { type: state, timestamp: new Date() },
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { name, value }])),
      })),
    },
  });
}

async function follow() {
  acknowledge();
  for (let seen = 0; ; seen = desk.version) {
    const before = desk?.selected;
    desk = await (await fetch(`/desk?after=${seen}`)).json();
    document.getElementById("agent").textContent = desk.agent;
    document.getElementById("contacts").textContent = desk.contacts.map(({ contactId }) => contactId).join(", ");
    snapshot();
    if (desk.selected !== before) tell("contact::view", { contactId: desk.selected });
  }
}

void follow();
