// Shows the page anew when something has changed: the server makes it, this only puts it in the place of the old one.
// Without it, the page is the same and stays as it was when it was asked for.
"use strict";

const wait_ms = 300;
let timer = null;

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.getElementById("main");
  const fresh = page.getElementById("main");
  if (!fresh || fresh.innerHTML === main.innerHTML) return;
  const at = [...main.querySelectorAll("a, [tabindex]")].indexOf(document.activeElement);
  main.replaceChildren(...fresh.childNodes);
  if (at >= 0) [...main.querySelectorAll("a, [tabindex]")][at]?.focus({ preventScroll: true });
  const live = document.getElementById("live");
  live.textContent = live.dataset.updated;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(renew, wait_ms);
}

const changes = new EventSource("/v1/changes");
changes.addEventListener("change", soon);
changes.addEventListener("reset", soon);
changes.addEventListener("here", () => { document.documentElement.dataset.live = "on"; });
addEventListener("pagehide", () => changes.close());
