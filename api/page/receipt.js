// The receipt: fetched when it is asked for, printed as a table or saved as it came.

import { at, el } from "./view.js";
import { amount, moment, plain } from "./words.js";

const AT_ONCE = 4;

// The receipts of these items, in their order.
export async function fetchAll(api, items) {
  const found = new Array(items.length);
  let next = 0;
  const some = async () => {
    while (next < items.length) {
      const mine = next;
      next += 1;
      found[mine] = await api.get(`v1/evidence/${items[mine].evidence_id}/receipt`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  return found;
}

export function lay(asked, receipts) {
  const head = ["Number", "File", "Size", "Arrived", "Verified", "SHA-256 as stored", "Entry in the record"];
  const row = (cells, name) => el("tr", {}, ...cells.map((text) => el(name, { textContent: text })));
  const lines = receipts.map((r) => row([
    r.exhibit_ref, plain(r.name ?? ""), `${amount(r.size ?? 0)} (${(r.size ?? 0).toLocaleString("en-GB")} bytes)`,
    moment(r.received_at) || "not yet", moment(r.sealed_at) || "not yet", r.sha256 ?? "", r.entries.at(-1)?.leaf_hash ?? "",
  ], "td"));
  at("printed").replaceChildren(
    el("h1", { textContent: "Receipt for files that were sent" }),
    el("p", { textContent: `Sent by: ${asked.recipient}` }),
    el("p", { textContent: `Asked for: ${asked.asked_for}` }),
    el("p", { textContent: `Questions: ${asked.contact}` }),
    el("p", { textContent: `As it stood on ${moment(receipts[0]?.at ?? asked.now)}` }),
    el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, ...lines)),
  );
}

export function save(asked, receipts) {
  const text = JSON.stringify({ recipient: asked.recipient, asked_for: asked.asked_for, receipts }, null, 2);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: address, download: "receipt.json" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
