// The files of the invitation: how each stands, and the sending of those that were chosen here.

import { Refused, Stopped } from "./api.js";
import { alone } from "./alone.js";
import { arrived, unfinished, waitingFor } from "./matching.js";
import { Pace } from "./pace.js";
import { AnotherFile, Sending, Unreadable } from "./sending.js";
import { Transport } from "./transport.js";
import { at, FileRow, show, tell, total } from "./view.js";
import { amount, files as count } from "./words.js";
import { awake } from "./awake.js";

const AT_ONCE = 3;
const LISTED_AT_ONCE = 500;
const LOOK_AGAIN = 1500;
const LOOK_AGAIN_LATER = 15_000;
const FATAL = new Set([401, 404]);
const DONE = {
  received: ["Arrived. It is being verified.", ""],
  sealed: ["Arrived and verified.", "good"],
};

export class Files {
  // `fatal` is told a sentence when the invitation is over; `changed` is called when something was listed.
  constructor(api, intake, fatal, changed) {
    Object.assign(this, { api, intake, fatal, changed });
    this.items = [];
    this.rows = new Map();
    this.here = new Map();
    this.queue = [];
    this.busy = 0;
    this.pace = new Pace();
    this.over = false;
    this.transport = new Transport(api, (sentence) => show("another-way", sentence));
    this.transport.waiting = api.waiting = (seconds) => this.#total(seconds);
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  // Ids of items that a file of this page was taken for.
  taken(more = []) {
    return new Set([...this.here.keys(), ...more.map((i) => i.evidence_id)]);
  }

  async look() {
    this.items = await this.api.items(this.intake);
    this.#show();
  }

  // Lists what is new and begins to send. Gives a sentence back when nothing was begun.
  async send(chosen) {
    try {
      await alone(`dems-list-${this.intake}`, () => this.#list(chosen));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (FATAL.has(error.status)) this.#fatal(error);
      return sentenceOf(error);
    }
    await this.changed();
    tell(`Sending ${count(chosen.length)}.`);
    return null;
  }

  stopAll() {
    this.over = true;
    this.queue = [];
    for (const one of this.here.values()) one.sending?.stop();
  }

  // In one tab at a time: whatever another tab has listed meanwhile is found here, and not listed twice.
  async #list(chosen) {
    await this.look();
    const taken = this.taken();
    const fresh = chosen.filter((one) => {
      const item = one.before ? null : waitingFor(one.file, this.items, taken);
      if (item) {
        taken.add(item.evidence_id);
        this.#begin(item, one);
      }
      return !item;
    });
    for (let first = 0; first < fresh.length; first += LISTED_AT_ONCE) {
      const some = fresh.slice(first, first + LISTED_AT_ONCE);
      const body = { items: some.map(({ file, description }) => ({
        file: { name: file.name, size: file.size }, ...(description.trim() ? { description: description.trim() } : {}),
      })) };
      const { items } = await this.api.postOnce(`v1/intakes/${this.intake}/items`, body);
      this.items.push(...items);
      items.forEach((item, place) => this.#begin(item, some[place]));
    }
    this.#show();
  }

  #begin(item, chosen) {
    chosen.begun = true;
    const one = { item, file: chosen.file, sent: 0, sending: null, failed: null };
    this.here.set(item.evidence_id, one);
    this.queue.push(one);
    this.#next();
  }

  #next() {
    awake(this.busy + this.queue.length > 0);
    while (this.busy < AT_ONCE && this.queue.length && !this.over) {
      this.busy += 1;
      this.#one(this.queue.shift()).finally(() => {
        this.busy -= 1;
        this.#next();
        this.#total(0);
      });
    }
  }

  async #one(one, fresh = false) {
    const { item, file } = one;
    one.failed = null;
    one.sending = new Sending(this.api, this.transport, item, file, (news) => this.#news(one, news));
    this.#state(item, "Waiting for another tab that is sending it.", {});
    try {
      await alone(`dems-file-${item.evidence_id}`, async () => {
        if (fresh) {
          await one.sending.abandon();
          await one.sending.fresh();
        }
        this.#news(one, { sent: 0 });
        await one.sending.run();
      });
      one.sent = file.size;
      one.done = true;
      Object.assign(item, { outcome: "received", reason: null });
      this.#showOne(item);
      this.#watch();
    } catch (error) {
      this.#failed(one, error);
    } finally {
      one.sending = null;
    }
  }

  #failed(one, error) {
    const again = ["Try again", () => { this.queue.push(one); this.#next(); }];
    const anew = ["Send it from the beginning", () => { this.busy += 1; this.#one(one, true).finally(() => { this.busy -= 1; this.#next(); }); }];
    const drop = () => this.here.delete(one.item.evidence_id);
    if (error instanceof Stopped) {
      drop();
      return this.#showOne(one.item);
    }
    if (error instanceof Refused && FATAL.has(error.status)) return this.#fatal(error);
    let sentence = "Something went wrong here. Try again, or reload this page.", offers = [again];
    if (error instanceof Unreadable) {
      sentence = "This file cannot be read any more: it was moved or changed. Choose it again.";
      offers = [];
      drop();
    } else if (error instanceof AnotherFile) {
      sentence = "This is not the same file as the one that was begun, or it has changed since. Send it from the beginning, or choose the other one.";
      offers = [anew];
      drop();
    } else if (error instanceof Refused) {
      sentence = error.message;
    }
    one.failed = [sentence, { kind: "bad", offers }];
    this.#state(one.item, ...one.failed);
    tell(`A problem with ${this.rows.get(one.item.evidence_id).shown}: ${sentence}`);
  }

  #fatal(error) {
    this.over = true;
    this.fatal(error.status === 401 && error.message.startsWith("This invitation") ? error.message : null);
  }

  #news(one, { sent, checking, finishing }) {
    if (sent !== undefined) one.sent = sent;
    const part = one.file.size ? one.sent / one.file.size : 1;
    let text = `Sending: ${Math.floor(part * 100)} %`;
    if (checking) text = "Comparing with what has arrived already.";
    if (finishing) text = "Finishing…";
    this.#state(one.item, text, { part, offers: [["Stop", () => this.#stop(one)]] });
    this.#total(0);
  }

  async #stop(one) {
    const sending = one.sending;
    sending?.stop();
    this.#state(one.item, "Stopping…", {});
    await sending?.abandonQuietly();
    await this.look();
  }

  #total(waiting) {
    if (!this.here.size) return;
    const all = [...this.here.values()];
    const sent = all.reduce((sum, one) => sum + one.sent, 0);
    this.pace.note(sent);
    total(sent, all.reduce((sum, one) => sum + one.file.size, 0), this.pace.rate, waiting);
  }

  // Looks until everything that arrived is verified; less often while nothing moves.
  #watch() {
    if (this.watching) return;
    this.watching = true;
    let wait = LOOK_AGAIN;
    const again = async () => {
      const before = JSON.stringify(this.items.map((i) => i.outcome));
      try {
        await this.look();
      } catch (error) {
        this.watching = false;
        if (error instanceof Refused) this.#fatal(error);
        return;
      }
      wait = before === JSON.stringify(this.items.map((i) => i.outcome)) ? Math.min(wait * 1.5, LOOK_AGAIN_LATER) : LOOK_AGAIN;
      this.watching = this.items.some((i) => i.outcome === "received" || i.upload?.state === "completing");
      if (this.watching) setTimeout(again, wait);
      const verified = this.items.filter((i) => i.outcome === "sealed").length;
      tell(`${verified} of ${count(this.items.length)} arrived and verified.`);
    };
    setTimeout(again, LOOK_AGAIN);
  }

  #show() {
    at("yours").hidden = this.items.length === 0;
    at("receipt").hidden = !this.items.some((i) => i.upload?.state === "completed");
    for (const item of this.items) this.#showOne(item);
    const stopped = (i) => i.outcome === "missing" && i.upload?.state === "abandoned";
    const open = this.items.filter((i) => unfinished(i) && !stopped(i) && !this.here.has(i.evidence_id));
    show("unfinished", open.length
      ? `${count(open.length)} did not arrive completely. Choose the same ${open.length === 1 ? "file" : "files"} again above to go on: what is there already is not sent twice.`
      : null);
    if (this.items.some((i) => i.outcome === "received")) this.#watch();
  }

  #showOne(item) {
    const one = this.here.get(item.evidence_id);
    if (one && !one.done) {
      Object.assign(one.item, one.sending ? {} : item);
      if (one.failed) this.#state(item, ...one.failed);
      else if (!one.sending) this.#state(item, "Waiting for its turn.", {});
      return;
    }
    if (arrived(item)) {
      const [text, kind] = DONE[item.outcome];
      return this.#state(item, text, { kind, sha256: item.sha256 });
    }
    if (item.outcome === "failed" && !unfinished(item)) {
      return this.#state(item, "Something is wrong with it in the store. Ask whoever invited you.", { kind: "bad" });
    }
    if (one) this.here.delete(item.evidence_id);
    let text = "What arrived is not what was sent. Choose this file again.";
    if (item.outcome === "missing") text = "Not complete yet. Choose this file again to go on.";
    if (item.outcome === "missing" && item.upload?.state === "abandoned") {
      text = "Stopped: it was not sent. Choose it again if it is to be sent after all.";
    }
    this.#state(item, text, { kind: "bad" });
  }

  #state(item, text, more) {
    let row = this.rows.get(item.evidence_id);
    if (!row) {
      row = new FileRow(item.name, item.size);
      this.rows.set(item.evidence_id, row);
      at("files").append(row.element);
    }
    row.set(text, more);
  }
}

function sentenceOf(error) {
  const { errors: entries, files_left: left, bytes_left: room } = error.problem;
  if (error.kind === "limit-reached" && left !== undefined) {
    return `That is more than was agreed: you can still send ${count(left)} with ${amount(room)} together. `
      + "Remove some, or ask the person named above.";
  }
  if (error.kind !== "manifest-refused" || !entries?.length) return error.message;
  return entries.slice(0, 5).map((e) => `File ${e.position + 1}: ${e.message}`).join(" ");
}
