// The secret in the link. It comes behind the #, which browsers never send to a server; it is taken out of the address at once, so
// that it is not in the history entry, a bookmark or a screenshot, and kept in this tab only (sessionStorage), so that a reload
// goes on. It is not in localStorage: on a computer that others use, closing the tab is enough.

const KEPT = "dems-invitation";
const FORM = /^dems_in_[A-Za-z0-9_-]{16,200}$/;

export function token() {
  const given = location.hash.slice(1);
  if (FORM.test(given)) {
    try {
      sessionStorage.setItem(KEPT, given);
      history.replaceState(null, "", location.pathname);
    } catch {
      // Storage is switched off: then the link stays in the address, or a reload would lose it.
    }
    return given;
  }
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
  location.replace(location.pathname);
}
