"use strict";
// Frames one app as Connect's agent workspace does: a frame for each contact, which is hidden and not reloaded when the
// agent looks at another, and one for no contact. It answers what `@amazon-connect/app` 1.0 and its `ContactClient` ask.

const frames = new Map(); // by contact id; "" is the one for no contact
let app = null;
let desk = { version: 0, selected: "", contacts: [] };

class Frame {
  constructor(contact) {
    this.contact = contact;
    this.handlers = [];
    this.instance = crypto.randomUUID();
    this.element = document.createElement("iframe");
    this.element.title = contact ? `App for contact ${contact.contactId}` : "App for no contact";
    this.element.setAttribute("sandbox", app.sandbox);
    this.element.src = app.accessUrl;
    this.element.hidden = true;
    this.started = false;
    document.getElementById("apps").append(this.element);
  }

  connect(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.heard(data);
    this.send({ type: "acknowledge", connectionId: crypto.randomUUID(), healthCheckInterval: 0,
      status: { initialized: true, startTime: new Date() } });
    this.stage("create");
  }

  send(message) {
    this.port?.postMessage(message);
  }

  stage(stage) {
    const scope = this.contact ? { type: "contact", contactId: this.contact.contactId } : { type: "idle" };
    const config = { arn: "", namespace: "countersign", id: "1", name: "Countersign", description: "", _type: "iframe",
      accessUrl: app.accessUrl, permissions: app.permissions };
    this.send({ type: "appLifecycle", stage, instanceId: this.instance, appInstanceId: this.instance, config,
      appConfig: config, scope, ...(this.contact ? { contactScope: scope } : {}), region: "eu-central-1",
      launchedBy: { type: "user" } });
  }

  show(visible) {
    this.element.hidden = !visible;
    if (this.created && visible !== this.started) this.stage(visible ? "start" : "stop");
    this.started = Boolean(this.created) && visible;
  }

  heard(message) {
    if (message.type === "request") this.answer(message);
    if (message.type === "subscribe") this.handlers.push(message);
    if (message.type === "appLifecycleHandlerCompleted" && message.stage === "create") {
      this.created = true;
      this.show(!this.element.hidden);
    }
    if (message.type === "appLifecycleHandlerCompleted" && message.stage === "destroy") this.element.remove();
  }

  answer({ namespace, command, requestId, data }) {
    const routes = {
      "contact/getAttributes": ["Contact.Attributes.View", () => this.attributes(data.attributes)],
      "contact/getInitialContactId":
        ["Contact.Details.View", () => ({ initialContactId: this.contact.initialContactId })],
    };
    const [permission, result] = routes[command] ?? [];
    const allowed = namespace === "aws.connect.contact" && data.contactId === this.contact?.contactId &&
      app.permissions.includes(permission);
    this.send(allowed
      ? { type: "response", isError: false, namespace, requestId, data: result() }
      : { type: "response", isError: true, namespace, requestId, errorKey: "permissionDenied", reason: "denied",
        details: { command, requestData: data } });
  }

  attributes(wanted) {
    const known = Object.entries(this.contact.attributes);
    return Object.fromEntries(wanted === "*" ? known : known.filter(([name]) => wanted.includes(name)));
  }

  publish(key) {
    const { contactId, initialContactId } = this.contact;
    for (const { topic, handlerId } of this.handlers) {
      if (topic.key !== key || (topic.parameter && topic.parameter !== contactId)) continue;
      this.send({ type: "publish", topic, handlerId,
        data: { contactId, initialContactId, type: "voice", subtype: "connect:Telephony" } });
    }
  }

  close() {
    this.publish("contact/cleared");
    this.stage("destroy");
    this.element.hidden = true;
    setTimeout(() => this.element.remove(), 5000);
  }
}

window.addEventListener("message", ({ source, origin, data, ports }) => {
  if (data?.type !== "connect-app-host-init" || origin !== new URL(app.accessUrl).origin) return;
  [...frames.values()].find((frame) => frame.element.contentWindow === source)?.connect(ports[0]);
});

function update(next) {
  const before = new Map(desk.contacts.map((contact) => [contact.contactId, contact]));
  desk = next;
  for (const contact of desk.contacts) {
    const frame = frames.get(contact.contactId);
    if (!frame) frames.set(contact.contactId, new Frame(contact));
    else frame.contact = contact;
    if (contact.state === "ended" && before.get(contact.contactId)?.state === "connected") frame?.publish("contact/acw");
    before.delete(contact.contactId);
  }
  for (const gone of before.keys()) {
    frames.get(gone).close();
    frames.delete(gone);
  }
  for (const [contactId, frame] of frames) frame.show(contactId === desk.selected);
  list();
}

function list() {
  document.getElementById("agent").textContent = desk.agent;
  document.getElementById("contacts").replaceChildren(...desk.contacts.map(({ contactId, state }) => {
    const button = document.createElement("button");
    button.textContent = `${contactId} (${state})`;
    button.setAttribute("aria-pressed", String(contactId === desk.selected));
    button.addEventListener("click", () => update({ ...desk, selected: contactId }));
    return button;
  }));
}

async function follow() {
  app = await (await fetch("/app")).json();
  frames.set("", new Frame(null));
  for (;;) update(await (await fetch(`/desk?after=${desk.version}`)).json());
}

void follow();
