// Sends one file: its parts, three at once, those that are there already only compared, and then the whole completed. Whoever has
// sent the bytes, it is done only when they have the SHA-256 of this file.

import { pause, Refused, Stopped } from "./api.js";
import { hex, read, sha256, sha256OfFile, WholeFile } from "./digest.js";

const IN_FLIGHT = 3;
const LARGE_PART = 64 * 1024 * 1024;
const COMPARED_AT_ONCE = 50;
const ROUNDS = 4;

const OVER = new Set(["abandoned", "expired"]);
const DIFFERS = new Set(["part-differs", "digest-mismatch"]);

// What is there, or was begun, is not this file.
export class AnotherFile extends Error {}

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
  // `ours` says that the item was begun here with this file. `tell` is told {checking}, {sent: bytes that are there}, {finishing}.
  constructor(api, transport, { item, file, ours }, tell) {
    Object.assign(this, { api, transport, item, file, ours, tell });
    this.stopping = new AbortController();
    this.signal = this.stopping.signal;
  }

  stop() {
    this.stopping.abort();
  }

  // The SHA-256 of the file, once it is what DEMS has or is told to expect. Throws `Refused`, `AnotherFile`, `Unreadable`, `Stopped`.
  async run() {
    let upload = await this.#upload(), digest = null, failures = 0;
    for (;;) {
      try {
        if (upload.state === "open") digest = await this.#parts(upload);
        digest ??= await this.#read();
        this.tell({ finishing: true });
        // What others sent without a declaration is looked at, not declared by us: ours would make theirs wrong.
        const ours = upload.state === "open" || upload.declared_sha256;
        upload = ours ? await this.#complete(upload, digest) : await this.#wait(upload, digest);
      } catch (error) {
        if (DIFFERS.has(error.kind)) throw new AnotherFile();
        failures += 1;
        if (!["parts-missing", "wrong-state"].includes(error.kind) || failures === ROUNDS) throw error;
        upload = await this.#look(upload.id);
        if (OVER.has(upload.state)) throw error;
        continue;
      }
      if (upload.state === "completed") return digest;
      await pause(2, this.signal);
    }
  }

  // The upload that takes the bytes: the item's, or a fresh one where that came to nothing.
  async #upload() {
    const known = this.item.upload && await this.#look(this.item.upload.id);
    if (!this.ours) await this.#agrees(known);
    const good = !["different", "failed"].includes(this.item.outcome);
    if (known && (["open", "completing"].includes(known.state) || (known.state === "completed" && good))) return known;
    return this.fresh();
  }

  // Of an upload that others began, something must be there, and all of it must be of this file, before anything is added.
  async #agrees(upload) {
    if (!upload || OVER.has(upload.state) || (upload.state === "open" && !upload.received.length)) throw new AnotherFile();
    if (upload.state !== "open") return;
    this.tell({ checking: true });
    if (upload.declared_sha256 && upload.declared_sha256 !== await this.#read()) throw new AnotherFile();
    let some = [];
    for (const number of upload.received) {
      if (this.signal.aborted) throw new Stopped();
      some.push({ number, sha256: hex(await sha256(await this.#bytes(upload, number))) });
      if (some.length < COMPARED_AT_ONCE) continue;
      await this.#compare(upload, some);
      some = [];
    }
    await this.#compare(upload, some);
  }

  // Says what this file is, whatever state the upload is in: DEMS refuses it where other bytes came or were declared.
  async #complete(upload, digest) {
    try {
      const stands = await this.api.post(`v1/uploads/${upload.id}/complete`, { sha256: digest }, this.signal);
      if (stands.declared_sha256 && stands.declared_sha256 !== digest) throw new AnotherFile();
      return stands;
    } catch (error) {
      // Sealed before anybody declared anything: then what was found over the stored bytes says it.
      if (error.kind === "wrong-state" && await this.#sealedAs(digest)) return { ...upload, state: "completed" };
      throw error;
    }
  }

  // How an upload stands that others finished and declared nothing of; it is completed for us once its bytes were read back.
  async #wait(upload, digest) {
    const now = await this.#look(upload.id);
    if (OVER.has(now.state)) throw new AnotherFile();
    if (now.declared_sha256) return this.#complete(now, digest);
    return now.state !== "completed" || await this.#sealedAs(digest) ? now : { ...now, state: "completing" };
  }

  // Whether the stored bytes were found to be this file; false while nobody has read them back.
  async #sealedAs(digest) {
    const { sha256: found, state } = await this.api.get(`v1/evidence/${this.item.evidence_id}/receipt`, this.signal);
    if (found ? found !== digest : state === "mismatch") throw new AnotherFile();
    return Boolean(found);
  }

  #read() {
    this.tell({ checking: true });
    const check = () => {
      if (this.signal.aborted) throw new Stopped();
    };
    return sha256OfFile(this.file, { check });
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
        const reading = this.#bytes(upload, number);
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
    } finally {
      await Promise.allSettled(under_way);
      whole.close();
    }
  }

  #bytes(upload, number) {
    const start = (number - 1) * upload.part_size;
    return read(this.file, start, Math.min(start + upload.part_size, this.file.size));
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
      throw DIFFERS.has(error.kind) ? new AnotherFile() : error;
    }
  }
}
