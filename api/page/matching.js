// Which chosen file is which file of the invitation, one to one. A name, a size and what this browser remembers only say where to
// look: that it is the same file is told from its bytes before anything is added to what is there, or said to have arrived.

const same = (item, file) => item.size === file.size && item.name === file.name;

export const arrived = (item) => item.outcome === "received" || item.outcome === "sealed";

export const unfinished = (item) => ["missing", "different"].includes(item.outcome)
  || (item.outcome === "failed" && item.state === "mismatch");

const takesParts = (item) => item.outcome === "missing" && ["open", "completing"].includes(item.upload?.state);

// The first item that waits for this file and that no other file of this page was taken for: {item, ours}. One that was begun here
// with this file is `ours`; of any other, what is there must agree with the file, or the file is sent as one of its own.
export function waitingFor(file, items, taken, begun) {
  const open = items.filter((i) => same(i, file) && unfinished(i) && !taken.has(i.evidence_id));
  const ours = open.find((i) => begun.isOurs(i, file));
  if (ours) return { item: ours, ours: true };
  const other = open.find(takesParts);
  return other ? { item: other, ours: false } : null;
}

// Items of this file's name and size whose bytes have come, by the digests that are known of them.
export function arrivedAlike(file, items) {
  return items.filter((i) => same(i, file) && arrived(i)).map((i) => i.sha256 ?? i.declared_sha256).filter(Boolean);
}
