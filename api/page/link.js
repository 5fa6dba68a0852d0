// The secret in the link. It comes behind the #, which browsers never send to a server; it is taken out of the address at once, so
// that it is not in the history entry, a bookmark or a screenshot, and kept in this tab only (sessionStorage), so that a reload
// goes on. It is not in localStorage: on a computer that others use, closing the tab is enough.

import { forgetAll } from "./begun.js";

const KEPT = "dems-invitation";
const FORM = /^dems_in_[A-Za-z0-9_-]{16,200}$/;

const given = () => location.hash.slice(1);
const clear = () => history.replaceState(null, "", location.pathname + location.search);

// Whatever is behind the # counts, or nothing does: half a link never opens what another one opened before.
export function token() {
  const secret = given();
  if (location.hash || location.href.endsWith("#")) clear();
  try {
    if (!secret) return sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (FORM.test(secret)) sessionStorage.setItem(KEPT, secret);
  } catch {
    // Storage is switched off: a reload needs the link again.
  }
  return FORM.test(secret) ? secret : null;
}

// Another link was opened in this tab: everything begins anew with it, unless `leave` says that nothing may be left now.
export function watchForAnother(current, leave) {
  window.addEventListener("hashchange", () => {
    if (!given()) return;
    if (given() === current || !leave()) return clear();
    location.reload();
  });
}

export function forget() {
  forgetAll();
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
  location.replace(location.pathname);
}
