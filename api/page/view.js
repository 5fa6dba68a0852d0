// What is on the page. Everything that came from outside is set as text, never as markup.

import { amount, duration, files, plain, when } from "./words.js";

// How a file stands that was chosen and not yet sent; of a new one nothing is to be said.
export const CHOSEN = {
  ours: "This goes on where it was interrupted.",
  elsewhere: "A file with this name and size was begun on another device or in another browser. When you press Send, yours is compared "
    + "with what has arrived of it: if it is the same, it goes on; if not, yours is sent as a file of its own.",
  comparing: "A file with this name and size has arrived already. Yours is being compared with it.",
  before: "This file has arrived already: it is the same, byte for byte.",
  another: "Another file with this name and size was sent with this link; yours is sent as a file of its own.",
  unreadable: "This file cannot be read. Remove it, and choose it again.",
};

export const at = (id) => document.getElementById(id);

export function el(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function show(id, text) {
  at(id).textContent = text ?? "";
  at(id).hidden = !text;
}

// Told to those who do not see the page; at most one sentence in three seconds, so that it can be listened to.
let told = 0;
let next = null;

export function tell(sentence) {
  clearTimeout(next);
  const wait = Math.max(0, told + 3000 - performance.now());
  next = setTimeout(() => {
    told = performance.now();
    at("status").textContent = sentence;
  }, wait);
}

export function asked(found) {
  at("asked-for").textContent = found.asked_for;
  at("recipient").textContent = found.recipient;
  at("contact").textContent = found.contact;
  at("until").textContent = when(found.expires_at);
  at("left").textContent = `${files(found.files_left)} of ${found.max_files.toLocaleString("en-GB")}, `
    + `${amount(found.bytes_left)} of ${amount(found.max_bytes)}`;
  show("closed", found.closed ?? (found.files_left ? null : "All the files that you may send have been listed below."));
  at("drop").hidden = Boolean(found.closed);
}

// A file that was chosen and not yet sent. `remove` and `again` are called when its buttons are used.
export function pickedRow(picked, { remove, again }) {
  const id = `described-${picked.number}`;
  const name = plain(picked.file.name);
  const row = el("li", {}, el("p", { className: "name", textContent: name }), el("p", { textContent: amount(picked.file.size) }));
  const sentence = CHOSEN[picked.stands];
  if (sentence) row.append(el("p", { className: "state", textContent: sentence }));
  if (picked.stands === "before") {
    const box = el("input", { type: "checkbox", id: `again-${picked.number}`, checked: picked.again });
    box.addEventListener("change", () => again(box.checked));
    row.append(el("p", { className: "check" }, box, el("label", { htmlFor: box.id, textContent: `Send ${name} all the same` })));
  } else if (["new", "elsewhere", "another"].includes(picked.stands)) {
    const field = el("input", { type: "text", id, maxLength: 1000, value: picked.description });
    field.addEventListener("input", () => { picked.description = field.value; });
    row.append(el("label", { htmlFor: id, textContent: `What is ${name}? (if you like)` }), field);
  }
  const button = el("button", { type: "button", textContent: "Remove", ariaLabel: `Remove ${name}` });
  button.addEventListener("click", remove);
  row.append(el("p", { className: "buttons" }, button));
  return row;
}

// A file of the invitation; `set` shows how it stands.
export class FileRow {
  constructor(name, size) {
    this.shown = plain(name ?? "a file without a name");
    this.state = el("p", { className: "state" });
    this.bar = el("progress", { max: 100, value: 0, ariaLabel: `How far ${this.shown} is`, hidden: true });
    this.digest = el("p", { className: "digest", hidden: true });
    this.noted = el("p", { hidden: true });
    this.buttons = el("p", { className: "buttons", hidden: true });
    this.element = el("li", {}, el("p", { className: "name", textContent: this.shown }),
      el("p", { textContent: amount(size ?? 0) }), this.noted, this.state, this.bar, this.digest, this.buttons);
  }

  note(sentence) {
    this.noted.textContent = sentence;
    this.noted.hidden = !sentence;
  }

  set(text, { kind = "", part = null, sha256 = null, offers = [] } = {}) {
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.className = `state ${kind}`;
    this.bar.hidden = part === null;
    if (part !== null) this.bar.value = Math.floor(part * 100);
    this.digest.hidden = !sha256;
    this.digest.textContent = sha256 ? `SHA-256 ${sha256}` : "";
    const wanted = offers.map(([label]) => label).join("\n");
    if (this.offered === wanted) return;
    this.offered = wanted;
    this.buttons.hidden = offers.length === 0;
    this.buttons.replaceChildren(...offers.map(([label, act]) => {
      const button = el("button", { type: "button", textContent: label, ariaLabel: `${label}: ${this.shown}` });
      button.addEventListener("click", act);
      return button;
    }));
  }
}

export function total(sent, all, rate, waiting) {
  at("total").hidden = false;
  at("total-bar").value = all ? Math.floor((sent / all) * 100) : 100;
  const left = rate > 0 ? `, ${amount(rate)} a second, ${duration((all - sent) / rate)}` : "";
  at("total-text").textContent = waiting > 0
    ? `No connection at the moment: trying again in ${Math.ceil(waiting)} seconds. Nothing is lost.`
    : `${amount(sent)} of ${amount(all)}${left}`;
}
