// Choosing files, by the button or by dragging, and a last look at them before anything is sent.

import { sha256OfFile } from "./digest.js";
import { arrivedAlike } from "./matching.js";
import { at, CHOSEN, pickedRow, show, tell } from "./view.js";
import { amount, files as count, plain } from "./words.js";

export class Choosing {
  constructor(files) {
    this.files = files;
    this.picked = [];
    this.numbers = 0;
    this.comparing = Promise.resolve();
  }

  open() {
    const picker = at("picker"), drop = at("drop");
    picker.addEventListener("change", () => {
      this.add([...picker.files]);
      picker.value = "";
    });
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#dropped(event.dataTransfer);
    });
    // A file that is dropped beside the field must not take the place of the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
    at("send").addEventListener("click", () => this.#send());
  }

  add(chosen) {
    show("picked-problem", null);
    const taken = this.files.taken(this.picked.map((p) => p.goesOn).filter(Boolean));
    for (const file of chosen) {
      const found = this.files.waiting(file, taken);
      if (found) taken.add(found.item.evidence_id);
      const alike = found?.ours ? [] : arrivedAlike(file, this.files.items);
      const stands = alike.length ? "comparing" : !found ? "new" : found.ours ? "ours" : "elsewhere";
      this.numbers += 1;
      const one = { file, goesOn: found?.item, stands, before: false, again: false, description: "", number: this.numbers };
      this.picked.push(one);
      // One after the other, in the order in which they were chosen.
      if (alike.length) this.comparing = this.comparing.then(() => this.#compare(one, alike, found));
    }
    this.#show();
    tell(`${count(chosen.length)} added. Nothing is sent before you press Send.`);
  }

  // Whether this very file has arrived: a name and a size say nothing.
  async #compare(one, alike, found) {
    if (!this.picked.includes(one)) return;
    try {
      one.before = alike.includes(await sha256OfFile(one.file));
      one.stands = one.before ? "before" : found ? "elsewhere" : "another";
    } catch {
      one.stands = "unreadable";
    }
    const place = this.picked.indexOf(one);
    if (place < 0) return;
    // Only its own row is made anew: whoever is writing in another one is not disturbed.
    const row = at("picked-list").children[place], made = this.#row(one), held = row.contains(document.activeElement);
    row.replaceWith(made);
    if (held) made.querySelector("button").focus();
    this.#label();
    tell(`${plain(one.file.name)}: ${CHOSEN[one.stands]}`);
  }

  #dropped(brought) {
    const entries = [...brought.items].map((i) => i.webkitGetAsEntry?.());
    const folders = entries.filter((e) => e?.isDirectory).map((e) => plain(e.name));
    const chosen = [...brought.files].filter((_, place) => !entries[place]?.isDirectory);
    if (chosen.length) this.add(chosen);
    if (folders.length) {
      show("picked-problem", `Folders cannot be taken as they are (${folders.join(", ")}): open the folder and choose the files in it.`);
    }
  }

  #show() {
    at("picked").hidden = this.picked.length === 0;
    at("picked-list").replaceChildren(...this.picked.map((one) => this.#row(one)));
    this.#label();
  }

  #row(one) {
    return pickedRow(one, {
      remove: () => this.#remove(one),
      again: (yes) => {
        one.again = yes;
        this.#label();
      },
    });
  }

  #label() {
    const going = this.#going();
    const size = going.reduce((sum, p) => sum + p.file.size, 0);
    at("send").textContent = going.length ? `Send ${count(going.length)} (${amount(size)})` : "Nothing to send";
    at("send").disabled = going.length === 0;
  }

  #going() {
    return this.picked.filter((p) => (p.before ? p.again : !["comparing", "unreadable"].includes(p.stands)));
  }

  #remove(one) {
    const place = this.picked.indexOf(one);
    this.picked.splice(place, 1);
    this.#show();
    const buttons = at("picked-list").querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? at("picker")).focus();
    tell(`${plain(one.file.name)} was removed.`);
  }

  async #send() {
    const going = this.#going();
    at("send").disabled = true;
    const problem = await this.files.send(going);
    // Some may be on their way where others were refused.
    this.picked = this.picked.filter((p) => !p.begun && (problem || p.stands === "comparing"));
    this.#show();
    show("picked-problem", problem);
    if (!problem) at("yours-title").focus();
  }
}
