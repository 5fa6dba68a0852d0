// Sends one file: its parts, three at once, those that are there already only compared, and then the whole completed.

import { pause, Refused, Stopped } from "./api.js";
import { hex, sha256, WholeFile } from "./digest.js";

const IN_FLIGHT = 3;
const LARGE_PART = 64 * 1024 * 1024;
const COMPARED_AT_ONCE = 50;
const ROUNDS = 4;

// The file is not the one that was begun, or changed since it was chosen.
export class AnotherFile extends Error {}

export class Unreadable extends Error {}

// So many parts are read, hashed and sent at once, over all files.
export class Slots {
  constructor(count) {
    this.free = count;
    this.queue = [];
  }

  // `count` of them at once, in the order in which they were asked for: nobody holds some and waits for others.
  async take(count, signal) {
    await new Promise((resolve) => { this.queue.push({ count, resolve }); this.#serve(); });
    if (!signal?.aborted) return;
    this.give(count);
    throw new Stopped();
  }

  give(count) {
    this.free += count;
    this.#serve();
  }

  #serve() {
    while (this.queue.length && this.queue[0].count <= this.free) {
      const next = this.queue.shift();
      this.free -= next.count;
      next.resolve();
    }
  }
}

export const slots = new Slots(IN_FLIGHT);

export class Sending {
  // `tell` is told {checking}, {sent: bytes that are there}, {finishing}.
  constructor(api, transport, item, file, tell) {
    Object.assign(this, { api, transport, item, file, tell });
    this.stopping = new AbortController();
    this.signal = this.stopping.signal;
  }

  stop() {
    this.stopping.abort();
  }

  // Throws `Refused`, `AnotherFile`, `Unreadable`, `Stopped`.
  async run() {
    let upload = await this.#upload();
    for (let round = 1; upload.state === "open"; round += 1) {
      const digest = await this.#parts(upload);
      this.tell({ finishing: true });
      try {
        upload = await this.api.post(`v1/uploads/${upload.id}/complete`, { sha256: digest }, this.signal);
      } catch (error) {
        if (error.kind !== "parts-missing" || round === ROUNDS) throw error;
        upload = await this.#look(upload.id);
      }
    }
    while (upload.state === "completing") {
      await pause(2, this.signal);
      upload = await this.api.post(`v1/uploads/${upload.id}/complete`, {}, this.signal);
    }
  }

  // The upload that takes the bytes: the item's, or a fresh one where that came to nothing.
  async #upload() {
    const known = this.item.upload;
    if (known && ["open", "completing"].includes(known.state)) return this.#look(known.id);
    if (known?.state === "completed" && this.item.outcome !== "different" && this.item.outcome !== "failed") return known;
    return this.fresh();
  }

  async fresh() {
    const body = { size: this.file.size };
    const upload = await this.api.post(`v1/evidence/${this.item.evidence_id}/uploads`, body, this.signal);
    this.item.upload = upload;
    return upload;
  }

  async abandon() {
    if (this.item.upload) await this.api.delete(`v1/uploads/${this.item.upload.id}`);
  }

  async abandonQuietly() {
    try {
      await this.abandon();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  #look(id) {
    return this.api.get(`v1/uploads/${id}`, this.signal);
  }

  async #parts(upload) {
    const there = new Set(upload.received);
    const whole = new WholeFile();
    const reached = new Map();
    const report = () => this.tell({ sent: [...reached.values()].reduce((a, b) => a + b, 0) });
    const under_way = new Set();
    let failure = null;
    let same = [];
    try {
      for (let number = 1; number <= upload.part_count && !failure; number += 1) {
        const room = upload.part_size > LARGE_PART ? IN_FLIGHT : 1;
        await slots.take(room, this.signal);
        const reading = this.#read(upload, number);
        const hashed = whole.add(reading);
        const part = this.#part(upload, number, reading, there, (bytes) => {
          reached.set(number, bytes);
          report();
        });
        const done = Promise.all([part, hashed]).then(([compared]) => {
          if (compared) same.push(compared);
        }).catch((error) => { failure ??= error; }).finally(() => { slots.give(room); under_way.delete(done); });
        under_way.add(done);
        if (same.length >= COMPARED_AT_ONCE) {
          const now = same;
          same = [];
          await this.#compare(upload, now);
        }
      }
      await Promise.all(under_way);
      if (failure) throw failure;
      await this.#compare(upload, same);
      return await whole.finished();
    } catch (error) {
      throw error.kind === "part-differs" ? new AnotherFile() : error;
    } finally {
      await Promise.allSettled(under_way);
      whole.close();
    }
  }

  async #read(upload, number) {
    const start = (number - 1) * upload.part_size;
    try {
      return await this.file.slice(start, Math.min(start + upload.part_size, this.file.size)).arrayBuffer();
    } catch {
      throw new Unreadable();
    }
  }

  // Gives back what is to be compared where the part is there already: nothing is sent twice.
  async #part(upload, number, reading, there, reached) {
    const buffer = await reading;
    const digest = await sha256(buffer);
    if (there.has(number)) {
      reached(buffer.byteLength);
      this.tell({ checking: true });
      return { number, sha256: hex(digest) };
    }
    await this.transport.put({ upload: upload.id, number, buffer, digest }, reached, this.signal);
    reached(buffer.byteLength);
    return null;
  }

  // Says the digests of parts that are there once more: DEMS refuses those that were said otherwise before.
  async #compare(upload, parts) {
    if (!parts.length) return;
    try {
      await this.api.post(`v1/uploads/${upload.id}/part-urls`, { parts }, this.signal);
    } catch (error) {
      if (error instanceof Refused && error.kind === "part-differs") throw new AnotherFile();
      throw error;
    }
  }
}
