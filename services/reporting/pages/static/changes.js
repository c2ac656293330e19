// The stream of changes, one for all pages of a browser, begun again whenever it ends.
//
// A browser opens six connections to a host over HTTP/1.1, so seven pages with a stream each would leave none to load
// anything. Run as a shared worker, this file holds the one stream and notifies every page that follows. In a browser
// without shared workers, a page loads the same file and holds a stream of its own, only while somebody looks at it.
"use strict";

const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 60000;
const LASTING_MS = 10000; // a stream that ends sooner has not come back yet
const SILENCE_MAX_MS = 45000; // the server gives a sign of life every 15 seconds

/** Pauses that grow, each in part by chance: those who lost the same server do not all come back at once. */
class Pauses {
  constructor() { this.tries = 0; }

  next() {
    const whole = Math.min(PAUSE_MS * 2 ** this.tries, PAUSE_MAX_MS);
    this.tries += 1;
    return whole * (0.5 + Math.random() / 2);
  }

  reset() { this.tries = 0; }
}

/**
 * An EventSource that does not end. By itself one ends for good on an error status, and waits for ever on a connection
 * that is dead or that a proxy holds back.
 *
 * `notify` is called with `{live, number, anew}`: whether the stream is live (null: not known yet), the number of the
 * newest change, and whether changes before it may have been missed.
 */
class Changes {
  constructor(address, notify) {
    this.address = address;
    this.notify = notify;
    this.state = { live: null, number: null, anew: true };
    this.pauses = new Pauses();
    this.source = null;
    this.timer = null;
    this.since = 0;
  }

  open() {
    if (this.source === null && this.timer === null) this.begin();
  }

  close() {
    this.drop();
    this.state = { live: null, number: null, anew: true };
  }

  /** Without waiting for the end of a pause: the network is back. */
  hurry() {
    if (this.source === null && this.timer !== null) this.begin();
  }

  begin() {
    this.drop();
    this.since = 0;
    this.source = new EventSource(this.address);
    for (const kind of ["here", "reset", "change", "alive"]) {
      this.source.addEventListener(kind, (event) => this.heard(kind, Number(event.lastEventId)));
    }
    this.source.onerror = () => this.again();
    this.watch();
  }

  heard(kind, number) {
    this.watch();
    if (kind === "alive") return;
    if (this.since === 0) this.since = Date.now();
    this.say({ live: true, number, anew: kind !== "change" });
  }

  again() {
    if (this.since !== 0 && Date.now() - this.since > LASTING_MS) this.pauses.reset();
    this.drop();
    this.timer = setTimeout(() => this.begin(), this.pauses.next());
    this.say({ live: false, number: this.state.number, anew: true });
  }

  drop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
  }

  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), SILENCE_MAX_MS);
  }

  say(state) {
    this.state = state;
    this.notify(state);
  }
}

if (typeof SharedWorkerGlobalScope !== "undefined" && self instanceof SharedWorkerGlobalScope) {
  const followers = new Set();
  const changes = new Changes(new URL("../v1/changes", self.location.href), (state) => {
    for (const port of followers) port.postMessage(state);
  });
  self.addEventListener("online", () => changes.hurry());
  self.onconnect = ({ ports: [port] }) => {
    port.onmessage = ({ data }) => {
      if (data === "follow") {
        followers.add(port);
        changes.open();
        port.postMessage({ ...changes.state, anew: true });
      } else {
        followers.delete(port);
        if (followers.size === 0) changes.close();
      }
    };
  };
}
