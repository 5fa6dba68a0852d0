// How fast it goes: over the last ten seconds.

const WINDOW = 10_000;

export class Pace {
  constructor() {
    this.seen = [];
  }

  note(bytes) {
    const now = performance.now();
    this.seen.push([now, bytes]);
    while (this.seen.length > 2 && this.seen[0][0] < now - WINDOW) this.seen.shift();
  }

  // Bytes a second; 0 while nobody can say.
  get rate() {
    if (this.seen.length < 2) return 0;
    const [[since, from], [now, to]] = [this.seen[0], this.seen.at(-1)];
    return now > since ? Math.max(0, (to - from) / (now - since) * 1000) : 0;
  }
}
