// Conversation with DEMS. What fails in passing is tried again for as long as the page is open; what is refused is an error.

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504, 507]);
const LONGEST_PAUSE = 30;

// An answer that says no: `kind` is the last word of its type, `detail` a sentence for people.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "The server did not understand. Try again later.");
    this.status = status;
    this.kind = (problem.type ?? "").split(":").pop();
    this.problem = problem;
  }
}

export class Stopped extends Error {}

export function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Stopped());
    const over = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => { clearTimeout(over); reject(new Stopped()); }, { once: true });
  });
}

// Seconds to wait before try number `tries` (from 1), with a part left to chance so that many do not come back at once.
export function patience(tries, asked) {
  const growing = Math.min(LONGEST_PAUSE, 2 ** (tries - 1));
  return Math.max(Number(asked) || 0, growing * (0.5 + Math.random() / 2));
}

export class Api {
  constructor(token) {
    this.headers = { Authorization: `Bearer ${token}` };
    this.waiting = () => {};
  }

  get(path, signal) {
    return this.ask("GET", path, { signal });
  }

  post(path, body, signal) {
    return this.ask("POST", path, { body, signal });
  }

  // Asked again with the same key when the answer was lost: what was done is then not done twice.
  postOnce(path, body) {
    return this.ask("POST", path, { body, key: crypto.randomUUID() });
  }

  delete(path) {
    return this.ask("DELETE", path, {});
  }

  async ask(method, path, { body, signal, key }) {
    for (let tries = 1; ; tries += 1) {
      let asked = null;
      try {
        const answer = await this.send(method, path, body, signal, key);
        if (answer.status === 204) return null;
        if (answer.ok) return await answer.json();
        asked = answer.headers.get("Retry-After");
        // 409 with a time to come back: somebody else is at it just now.
        const passing = PASSING.has(answer.status) || (answer.status === 409 && asked);
        if (!passing) throw new Refused(answer.status, await problemOf(answer));
      } catch (error) {
        if (error instanceof Refused) throw error;
        if (signal?.aborted) throw new Stopped();
      }
      const seconds = patience(tries, asked);
      this.waiting(seconds);
      await pause(seconds, signal);
      this.waiting(0);
    }
  }

  send(method, path, body, signal, key) {
    const headers = { ...this.headers, ...(key ? { "Idempotency-Key": key } : {}) };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return fetch(path, { method, headers, body: sent, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  }

  // Every item of the intake, page by page.
  async items(intake) {
    const found = [];
    let after = "";
    do {
      const page = await this.get(`v1/intakes/${intake}/items?limit=500${after && `&after=${encodeURIComponent(after)}`}`);
      found.push(...page.items);
      after = page.next;
    } while (after);
    return found;
  }
}

async function problemOf(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}
