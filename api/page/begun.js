// What was begun in this browser: of each file that was listed here, when it was last changed and, once it has arrived, the SHA-256
// of all of it. By that an item that is not finished is known to be ours, and what has arrived to be our file.
// It is kept (localStorage, no name, nothing of the link) so that it outlives a reload; `forgetAll` takes it away.

const KEPT = "dems-begun-";

export class Begun {
  constructor() {
    this.known = new Map();
  }

  // {changed, sha256 or null, another}, or undefined for what was not begun here.
  of(item) {
    try {
      const text = localStorage.getItem(KEPT + item.evidence_id);
      if (text) return JSON.parse(text);
    } catch {
      // Storage is switched off: then this page is all that remembers.
    }
    return this.known.get(item.evidence_id);
  }

  began(item, file) {
    this.#keep(item, { changed: file.lastModified, sha256: null, another: false });
  }

  // DEMS has, or was told to expect, these bytes and no others.
  arrived(item, file, sha256) {
    this.#keep(item, { changed: file.lastModified, sha256, another: false });
  }

  // It was another file than the one that was begun here.
  another(item) {
    const found = this.of(item);
    if (found && !found.sha256) this.#keep(item, { ...found, another: true });
  }

  isOurs(item, file) {
    const found = this.of(item);
    return Boolean(found) && !found.another && found.changed === file.lastModified;
  }

  #keep(item, what) {
    this.known.set(item.evidence_id, what);
    try {
      localStorage.setItem(KEPT + item.evidence_id, JSON.stringify(what));
    } catch {
      // As above.
    }
  }
}

export function forgetAll() {
  try {
    Object.keys(localStorage).filter((name) => name.startsWith(KEPT)).forEach((name) => localStorage.removeItem(name));
  } catch {
    // Nothing was kept.
  }
}
