// How an item of the invitation stands, in words. That a file has arrived is only said where the SHA-256 of the file that was read
// on this device is the item's.

import { arrived, unfinished } from "./matching.js";
import { amount, files as count } from "./words.js";

const VERIFYING = "Arrived. It is being verified.";
const VERIFIED = "Arrived and verified.";
const NOT_YOURS = "Another file with this name and size has arrived here, not yours.";

export const AN_OWN_FILE = "Another file with this name and size was sent with this link; yours is sent as a file of its own.";

// `here` is the file of this page that was taken for the item, `begun` what this browser remembers of it; either may be missing.
export function standing(item, here, begun) {
  if (arrived(item)) return come(item, here, begun);
  const bad = { kind: "bad" };
  if (item.outcome === "failed" && !unfinished(item)) return ["Something is wrong with it in the store. Ask whoever invited you.", bad];
  if (item.outcome !== "missing") return ["What arrived is not what was sent. Choose this file again.", bad];
  if (item.upload?.state === "abandoned") return ["Stopped: it was not sent. Choose it again if it is to be sent after all.", bad];
  if (begun?.another) return ["Not complete: another file with this name and size was begun here, and yours is one of its own.", bad];
  if (begun) return ["Not complete yet. Choose this file again to go on.", bad];
  return ["Not complete. It was begun on another device or in another browser: go on there, or choose it here. "
    + "What has arrived of it is then compared with yours.", bad];
}

function come(item, here, begun) {
  const theirs = item.sha256 ?? item.declared_sha256;
  const mine = here?.sha256 ?? begun?.sha256;
  const more = { sha256: item.sha256 };
  if (begun?.another || (mine && theirs && mine !== theirs)) {
    return [`${NOT_YOURS} If yours is not in the list by itself, choose it again: it is sent as a file of its own.`, { ...more, kind: "bad" }];
  }
  if (mine && theirs) return item.outcome === "sealed" ? [VERIFIED, { ...more, kind: "good" }] : [VERIFYING, more];
  if (begun) {
    return ["A file with this name and size has arrived, and this browser did not finish sending it: it may be another one than yours. "
      + "Choose your file again: it is compared.", more];
  }
  return item.outcome === "sealed"
    ? [`${VERIFIED} It was not sent from this browser.`, { ...more, kind: "good" }]
    : ["It arrived from another browser or device, and is being verified.", more];
}

// Why nothing was listed.
export function refusal(error) {
  const { errors: entries, files_left: left, bytes_left: room } = error.problem;
  if (error.kind === "limit-reached" && left !== undefined) {
    return `That is more than was agreed: you can still send ${count(left)} with ${amount(room)} together. `
      + "Remove some, or ask the person named above.";
  }
  if (error.kind !== "manifest-refused" || !entries?.length) return error.message;
  return entries.slice(0, 5).map((e) => `File ${e.position + 1}: ${e.message}`).join(" ");
}
