// The files of the invitation: how each stands, and the sending of those that were chosen here.

import { Refused, Stopped } from "./api.js";
import { alone } from "./alone.js";
import { Begun } from "./begun.js";
import { Unreadable } from "./digest.js";
import { unfinished, waitingFor } from "./matching.js";
import { Pace } from "./pace.js";
import { AnotherFile, Sending } from "./sending.js";
import { AN_OWN_FILE, refusal, standing } from "./standing.js";
import { Transport } from "./transport.js";
import { at, FileRow, show, tell, total } from "./view.js";
import { files as count } from "./words.js";
import { awake } from "./awake.js";

const AT_ONCE = 3;
const LISTED_AT_ONCE = 500;
const MOST_ANEW = 3;
const LOOK_AGAIN = 1500;
const LOOK_AGAIN_LATER = 15_000;
const FATAL = new Set([401, 404]);

export class Files {
  // `fatal` is told a sentence when the invitation is over; `changed` is called when something was listed.
  constructor(api, intake, fatal, changed) {
    Object.assign(this, { api, intake, fatal, changed });
    this.items = [];
    this.rows = new Map();
    this.here = new Map();
    this.begun = new Begun();
    this.queue = [];
    this.busy = 0;
    this.pace = new Pace();
    this.over = false;
    this.transport = new Transport(api, (sentence) => show("another-way", sentence));
    this.transport.waiting = api.waiting = (seconds) => this.#total(seconds);
    window.addEventListener("beforeunload", (event) => {
      if (this.busy && !this.left) event.preventDefault();
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
      return refusal(error);
    }
    await this.changed();
    tell(`Sending ${count(chosen.length)}.`);
    return null;
  }

  // Something is on its way or waits for its turn.
  get underWay() {
    return this.busy + this.queue.length > 0;
  }

  // The page is left on purpose: nobody is asked once more.
  leave() {
    this.left = true;
    this.stopAll();
  }

  // What of a file that was chosen waits here for it: {item, ours} or null.
  waiting(file, taken) {
    return waitingFor(file, this.items, taken, this.begun);
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
      const found = one.before ? null : this.waiting(one.file, taken);
      if (found) {
        taken.add(found.item.evidence_id);
        this.#begin(found.item, one, found.ours);
      }
      return !found;
    });
    await this.#add(fresh);
  }

  // Each of these is an item of its own.
  async #add(chosen, note = "") {
    for (let first = 0; first < chosen.length; first += LISTED_AT_ONCE) {
      const some = chosen.slice(first, first + LISTED_AT_ONCE);
      const body = { items: some.map(({ file, description }) => ({
        file: { name: file.name, size: file.size }, ...(description.trim() ? { description: description.trim() } : {}),
      })) };
      const { items } = await this.api.postOnce(`v1/intakes/${this.intake}/items`, body);
      this.items.push(...items);
      items.forEach((item, place) => {
        this.begun.began(item, some[place].file);
        this.#begin(item, some[place], true);
        this.rows.get(item.evidence_id).note(note);
      });
    }
    this.#show();
  }

  #begin(item, chosen, ours) {
    chosen.begun = true;
    const one = { item, chosen, ours, file: chosen.file, sent: 0, sending: null, failed: null, sha256: null };
    this.here.set(item.evidence_id, one);
    this.queue.push(one);
    this.#showOne(item);
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

  async #one(one) {
    const { item, file } = one;
    one.failed = null;
    one.sending = new Sending(this.api, this.transport, one, (news) => this.#news(one, news));
    this.#state(item, "Waiting for another tab that is sending it.", {});
    try {
      await alone(`dems-file-${item.evidence_id}`, async () => {
        this.#news(one, { sent: 0 });
        one.sha256 = await one.sending.run();
      });
      one.sent = file.size;
      one.done = true;
      this.begun.arrived(item, file, one.sha256);
      Object.assign(item, { outcome: "received", reason: null, declared_sha256: one.sha256 });
      this.#showOne(item);
      this.#watch();
    } catch (error) {
      one.sending = null;
      if (error instanceof AnotherFile) await this.#byItself(one);
      else this.#failed(one, error);
    } finally {
      one.sending = null;
    }
  }

  // What is there is not this file: it becomes an item of its own, and what is there stays as it is.
  async #byItself(one) {
    const { item, chosen } = one;
    if (this.over) return;
    chosen.anew = (chosen.anew ?? 0) + 1;
    // Nobody can say why it should be another file each time: a person looks.
    if (chosen.anew > MOST_ANEW) return this.#failed(one, new Error("never the same"));
    this.begun.another(item);
    try {
      await alone(`dems-list-${this.intake}`, () => this.#add([chosen], AN_OWN_FILE));
      this.here.delete(item.evidence_id);
      tell(`${this.rows.get(item.evidence_id).shown}: ${AN_OWN_FILE}`);
      await this.look();
      await this.changed();
    } catch (error) {
      this.#failed(one, error);
    }
  }

  #failed(one, error) {
    const again = ["Try again", () => { this.queue.push(one); this.#next(); }];
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
    } else if (error instanceof Refused) {
      sentence = refusal(error);
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
    if (one && unfinished(item)) this.here.delete(item.evidence_id);
    this.#state(item, ...standing(item, one, this.begun.of(item)));
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
