// SHA-256 of each part by the browser, and of the whole file by a program of ours in a thread of its own, since browsers only hash
// what is in memory at once.

export const available = () => Boolean(globalThis.crypto?.subtle);

export async function sha256(buffer) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
}

export function hex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

export class Unreadable extends Error {}

const HASHING = new URL("hashing.js", import.meta.url).href;
// The one program that the page may begin by an address, for browsers that ask for a policy.
const ours = globalThis.trustedTypes?.createPolicy("dems-hashing", { createScriptURL: () => HASHING });

// Takes buffers in order; `finished` gives the digest in hexadecimal.
export class WholeFile {
  constructor() {
    this.worker = new Worker(ours?.createScriptURL("") ?? HASHING, { type: "module" });
    this.last = Promise.resolve();
  }

  // `reading` is the promise of the next buffer. Resolves when it was taken in.
  add(reading) {
    this.last = this.last.then(async () => this.#tell({ data: await reading }));
    this.last.catch(() => {});
    return this.last;
  }

  async finished() {
    await this.last;
    const digest = await this.#tell({ finish: true });
    this.close();
    return digest;
  }

  close() {
    this.worker.terminate();
  }

  #tell(message) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = (answer) => resolve(answer.data);
      this.worker.onerror = () => reject(new Error("hashing failed"));
      this.worker.postMessage(message);
    });
  }
}

const READ_AT_ONCE = 8 * 1024 * 1024;

// Of all of a file, in hexadecimal; `progress` is told how many bytes were read. Throws `Unreadable`, and what `check` throws.
export async function sha256OfFile(file, { check = () => {}, progress = () => {} } = {}) {
  const whole = new WholeFile();
  try {
    for (let start = 0; start < file.size; start += READ_AT_ONCE) {
      check();
      const end = Math.min(start + READ_AT_ONCE, file.size);
      await whole.add(read(file, start, end));
      progress(end);
    }
    return await whole.finished();
  } finally {
    whole.close();
  }
}

export async function read(file, start, end) {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch {
    throw new Unreadable();
  }
}
