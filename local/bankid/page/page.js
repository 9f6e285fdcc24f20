"use strict";
// Asks once a second what the phones show, and leaves the page alone, the focus with it, while that is the same.
const phones = document.querySelector("main");
let shown = null;

async function look() {
  try {
    const answer = await fetch(`/phones${location.search}`);
    const now = await answer.text();
    if (!answer.ok || now === shown) return;
    const focused = document.activeElement?.id ?? "";
    phones.innerHTML = shown = now;
    if (focused) nextTo(focused)?.focus();
  } catch {
    // the command was ended: what is shown stays
  }
}

// The same button, or the first one of the same phone.
function nextTo(id) {
  return document.getElementById(id) ?? phones.querySelector(`button[id$="${id.slice(id.indexOf("-"))}"]`);
}

phones.addEventListener("submit", async (event) => {
  event.preventDefault();
  const pressed = new URLSearchParams({ do: event.submitter.value });
  await fetch(event.target.action, { method: "POST", body: pressed, redirect: "manual" });
  await look();
});
setInterval(look, 1000);
