// Brings one part into the store: straight to it, or through DEMS where the store cannot be reached from here.

import { pause, patience, Refused, Stopped } from "./api.js";
import { base64, hex } from "./digest.js";

const BY_THE_BROWSER = new Set(["content-length", "host", "connection"]);
const TRIES_AT_THE_STORE = 3;
const PASSING = new Set([0, 408, 425, 429, 500, 502, 503, 504, 507]);

export class Transport {
  constructor(api, tell) {
    this.api = api;
    this.tell = tell;
    this.direct = true;
    this.waiting = () => {};
  }

  // `part` is {upload, number, buffer, digest}. Throws `Refused`, `Stopped`; what fails in passing is tried again.
  async put(part, progress, signal) {
    let tries = 0;
    while (this.direct) {
      tries += 1;
      const status = await this.#straight(part, progress, signal);
      // 412: it is there already, by an earlier try whose answer was lost. Completing looks at what it is.
      if (status === 200 || status === 412) return;
      progress(0);
      const ours = status === 0 || status >= 500 ? await this.#reached() : true;
      if (ours && tries >= (status === 0 ? 1 : TRIES_AT_THE_STORE)) {
        this.direct = false;
        this.tell("The direct way is closed from here. Your files take another way, which may be slower.");
      } else {
        await this.#hold(tries, null, signal);
      }
    }
    await this.#through(part, progress, signal);
  }

  async #straight(part, progress, signal) {
    const wanted = { parts: [{ number: part.number, sha256: hex(part.digest) }] };
    const { parts: [signed] } = await this.api.post(`v1/uploads/${part.upload}/part-urls`, wanted, signal);
    const headers = Object.entries(signed.headers).filter(([name]) => !BY_THE_BROWSER.has(name.toLowerCase()));
    return (await send(signed.url, headers, part.buffer, progress, signal)).status;
  }

  // Whether DEMS answers: then it is the store that does not, and not the connection that is gone.
  async #reached() {
    try {
      const answer = await fetch("healthz", { cache: "no-store", credentials: "omit" });
      return answer.ok;
    } catch {
      return false;
    }
  }

  async #through(part, progress, signal) {
    const path = `v1/uploads/${part.upload}/parts/${part.number}`;
    const headers = [
      ["Authorization", this.api.headers.Authorization],
      ["Content-Type", "application/octet-stream"],
      ["Content-Digest", `sha-256=:${base64(part.digest)}:`],
    ];
    for (let tries = 1; ; tries += 1) {
      const answer = await send(path, headers, part.buffer, progress, signal);
      if (answer.ok) return;
      progress(0);
      const passing = PASSING.has(answer.status) || (answer.status === 409 && answer.retryAfter) || changedOnTheWay(answer);
      if (!passing) throw new Refused(answer.status, answer.problem);
      await this.#hold(tries, answer.retryAfter, signal);
    }
  }

  async #hold(tries, asked, signal) {
    const seconds = patience(tries, asked);
    this.waiting(seconds);
    await pause(seconds, signal);
    this.waiting(0);
  }
}

// The connection was cut in the middle of the body, or a bit fell over: nothing was kept of it.
function changedOnTheWay(answer) {
  const kind = (answer.problem.type ?? "").split(":").pop();
  return kind === "incomplete" || kind === "digest-mismatch";
}

// One PUT. XMLHttpRequest, since `fetch` says nothing of how far a body has got. Status 0: no answer came.
function send(url, headers, buffer, progress, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Stopped());
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const over = (status) => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) return reject(new Stopped());
      const problem = parsed(request.responseText);
      const retryAfter = status ? request.getResponseHeader("Retry-After") : null;
      resolve({ status, ok: status >= 200 && status < 300, problem, retryAfter });
    };
    signal?.addEventListener("abort", stop, { once: true });
    request.open("PUT", url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => over(request.status);
    request.onerror = request.onabort = request.ontimeout = () => over(0);
    request.send(buffer);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
