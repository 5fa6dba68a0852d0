// Which chosen file is which file of the invitation: by name and size, one to one. What is told from a name and a size only is
// told again from the bytes before anything is added to what is there.

const same = (item, file) => item.size === file.size && item.name === file.name;

export const arrived = (item) => item.outcome === "received" || item.outcome === "sealed";

export const unfinished = (item) => ["missing", "different"].includes(item.outcome)
  || (item.outcome === "failed" && item.state === "mismatch");

// The first item that waits for this file and that no other file of this page was taken for.
export function waitingFor(file, items, taken) {
  return items.find((i) => same(i, file) && unfinished(i) && !taken.has(i.evidence_id));
}

export function arrivedBefore(file, items) {
  return items.some((i) => same(i, file) && arrived(i));
}
