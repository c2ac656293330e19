// Shows the page anew when something has changed: the server makes it, this only puts it in the place of the old one.
// Without it, the page is the same and stays as it was when it was loaded.
//
// A page knows the number of the last change that it holds. So whatever was missed while nobody looked, or while the
// connection was lost, is seen by comparing numbers, and fetched.
"use strict";

const WAIT_MS = 300;
const ANSWER_MS = 5000;
const LOAD_MAX_MS = 30000;
const WORKER = "forcegen changes 1"; // another number wherever pages and worker no longer understand each other

const script = document.currentScript.src;
const main = document.getElementById("main");
const interrupted = document.getElementById("interrupted");
const pauses = new Pauses();

let holds = numbered(main); // the last change in the page; null: not known
let wanted = null; // the change that is to be in the page and is not
let lost = false; // the stream
let failing = false; // fetching the page
let timer = null;
let loading = false;
let link = null;

function numbered(element) {
  return element.dataset.changes ? Number(element.dataset.changes) : null;
}

function show() {
  document.documentElement.dataset.live = lost || failing ? "off" : "on";
  interrupted.hidden = !(lost || failing);
  interrupted.textContent = lost || failing ? interrupted.dataset.text : "";
}

function received({ live, number, anew }) {
  if (live === null || document.visibilityState !== "visible") return;
  lost = !live;
  show();
  if (!live) return;
  if (holds === null) holds = number;
  if (!(anew ? number !== holds : number > holds)) return;
  wanted = number;
  if (!loading && !failing) after(WAIT_MS);
}

function after(pause_ms) {
  clearTimeout(timer);
  timer = setTimeout(renew, pause_ms);
}

async function renew() {
  const number = wanted;
  loading = true;
  try {
    const fresh = await load();
    holds = Math.max(number, numbered(fresh) ?? number);
    put(fresh);
    failing = false;
    pauses.reset();
    if (wanted === number) wanted = null;
    else after(WAIT_MS);
  } catch {
    failing = true;
    after(pauses.next());
  }
  loading = false;
  show();
}

/** What the server now says in the place of this page; that something is not there is an answer too. */
async function load() {
  const options = { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LOAD_MAX_MS) };
  const answer = await fetch(location.href, options);
  if (answer.status >= 500) throw new Error(`status ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("main");
  if (fresh === null) throw new Error("this is no page of ours");
  return fresh;
}

/** What a page says, without the number that makes a picture be drawn anew. */
function text(element) {
  return element.innerHTML.replace(/\bdrawn=\d+/g, "");
}

function put(fresh) {
  if (text(fresh) === text(main)) return;
  const at = [...main.querySelectorAll("a, [tabindex]")].indexOf(document.activeElement);
  main.replaceChildren(...fresh.childNodes);
  if (at >= 0) [...main.querySelectorAll("a, [tabindex]")][at]?.focus({ preventScroll: true });
  const live = document.getElementById("live");
  live.textContent = live.dataset.updated;
}

/** The one stream of all pages; where the worker does not answer, this page follows by itself. */
function throughWorker() {
  const worker = new SharedWorker(new URL("changes.js", script), WORKER);
  let unanswered = null;
  const me = {
    follow() {
      clearTimeout(unanswered);
      unanswered = setTimeout(giveUp, ANSWER_MS);
      worker.port.postMessage("follow");
    },
    rest() {
      clearTimeout(unanswered);
      worker.port.postMessage("rest");
    },
    hurry() {},
  };
  function giveUp() {
    if (link !== me) return;
    me.rest();
    link = alone();
    link.follow();
  }
  worker.onerror = giveUp;
  worker.port.onmessage = ({ data }) => {
    clearTimeout(unanswered);
    if (link === me) received(data);
  };
  return me;
}

function alone() {
  const changes = new Changes(new URL("../v1/changes", script), received);
  return { follow: () => changes.open(), rest: () => changes.close(), hurry: () => changes.hurry() };
}

function joined() {
  try {
    return throughWorker();
  } catch {
    return alone();
  }
}

/** Only who is looked at follows: a page that is shown again learns what it has missed. */
function turn() {
  if (document.visibilityState === "visible") {
    link.follow();
    if (wanted !== null && !loading) after(WAIT_MS);
  } else {
    rest();
  }
}

function rest() {
  clearTimeout(timer);
  link.rest();
}

link = joined();
turn();
document.addEventListener("visibilitychange", turn);
addEventListener("pageshow", ({ persisted }) => { if (persisted) turn(); });
addEventListener("pagehide", rest);
addEventListener("online", () => link.hurry());
