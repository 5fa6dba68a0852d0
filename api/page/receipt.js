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
  const head = ["Number", "File", "Size", "Arrived", "Verified", "SHA-256 as declared before it was verified", "SHA-256 as stored",
    "Entry in the record"];
  const row = (cells, name) => el("tr", {}, ...cells.map((text) => el(name, { textContent: text })));
  const lines = receipts.map((r) => row([
    r.exhibit_ref, plain(r.name ?? ""), `${amount(r.size ?? 0)} (${(r.size ?? 0).toLocaleString("en-GB")} bytes)`,
    moment(r.received_at) || "not yet", verified(r), r.declared_sha256 ?? "none was declared", r.sha256 ?? "not yet computed",
    r.entries.at(-1)?.leaf_hash ?? "",
  ], "td"));
  at("printed").replaceChildren(
    el("h1", { textContent: "Receipt for files that arrived" }),
    el("p", { textContent: `Asked of: ${asked.recipient}` }),
    el("p", { textContent: `Asked for: ${asked.asked_for}` }),
    el("p", { textContent: `Questions: ${asked.contact}` }),
    el("p", { textContent: `As it stood on ${moment(receipts[0]?.at ?? asked.now)}` }),
    el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, ...lines)),
  );
}

// What verification found, in words: paper has no colours.
function verified(r) {
  const sealed = moment(r.sealed_at);
  if (r.state === "sealed") {
    return r.declared_sha256 ? `Yes, ${sealed}: what is stored is what was declared.` : `Yes, ${sealed}. No digest was declared to compare it with.`;
  }
  if (r.state === "mismatch") {
    return r.sha256
      ? "No. What is stored is DIFFERENT from what was declared: the two SHA-256 beside this are not the same. The file has to be sent again."
      : "No. The store lost the file before it could be verified. The file has to be sent again.";
  }
  if (sealed) return `It was, ${sealed}. Now it is ${r.state}: ask the person named above.`;
  return "Not yet.";
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
