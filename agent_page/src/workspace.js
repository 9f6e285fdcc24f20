// In Connect's agent workspace: an app with one frame for each contact, and one for no contact.
// https://docs.aws.amazon.com/agentworkspace/latest/devguide/

import { AmazonConnectApp } from "@amazon-connect/app";
import { ContactClient } from "@amazon-connect/contact";

/** @import { Screen } from "./screen.js" */

const AGAIN_MS = 3000;

/** @param {Screen} screen */
export function inWorkspace(screen) {
  let closed = false;
  const { provider } = AmazonConnectApp.init({
    onCreate: async ({ context: { scope } }) => {
      if (scope?.type === "contact") follow(scope.contactId);
      else void screen.idle();
    },
    onDestroy: async () => {
      closed = true;
      screen.cleared();
    },
  });
  provider.onStart(async () => screen.inView());
  provider.onError(({ key }) => {
    if (key === "workspaceConnectTimeout") screen.sorry("elsewhere");
  });

  /** @param {string} contact */
  function follow(contact) {
    const contacts = new ContactClient({ provider });
    contacts.onStartingAcw(async () => screen.over(), contact);
    contacts.onCleared(async () => {
      closed = true;
      screen.cleared();
    }, contact);
    open(contacts, contact).catch(() => screen.sorry("not_allowed"));
  }

  /**
   * A flow may give the handle out while the agent is already talking.
   * @param {ContactClient} contacts
   * @param {string} contact
   */
  async function open(contacts, contact) {
    const initial = (await contacts.getInitialContactId(contact)) || contact;
    let handle = await contacts.getAttribute(contact, "auth_view");
    while (!handle && !closed) {
      screen.sorry("nothing");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      handle = await contacts.getAttribute(contact, "auth_view");
    }
    if (handle && !closed) await screen.open({ contact, initial, handle });
  }
}
