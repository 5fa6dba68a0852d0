// The page: looks the invitation up, takes files, sends them, and shows what has become of each. What has arrived is known to the
// server and asked of it; what is remembered here is the link, and which files were begun in this browser.

import { Api, Refused } from "./api.js";
import { available } from "./digest.js";
import { Choosing } from "./choosing.js";
import { Files } from "./files.js";
import { forget, token, watchForAnother } from "./link.js";
import { fetchAll, lay, save } from "./receipt.js";
import { asked, at, show, tell } from "./view.js";

const GONE = "This link does not work any more. Ask whoever sent it to you for another.";
const NO_LINK = "The link is not complete. Open it again from the message that you were sent, or copy all of it.";
const UNSAFE = "This page was not opened over a protected connection (https), so the browser cannot check files before they are "
  + "sent. Open the link as it was sent to you, beginning with https://, or ask whoever sent it.";

function stop(sentence) {
  at("loading").hidden = true;
  show("problem", sentence);
}

const OTHER_LINK = "Another link was opened here, and files are still being sent with the first one. Stop sending them and go on with the "
  + "other link? What has arrived stays, and the rest can be sent later by the first link.";

async function start() {
  let files = null;
  at("forget").addEventListener("click", forget);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("choose").focus();
  });
  const secret = token();
  watchForAnother(secret, () => {
    if (files?.underWay && !window.confirm(OTHER_LINK)) return false;
    files?.leave();
    return true;
  });
  if (!secret) return stop(NO_LINK);
  const api = new Api(secret);
  api.waiting = (seconds) => {
    if (seconds && !at("loading").hidden) at("loading").textContent = "The server does not answer: trying again.";
  };
  let found;
  try {
    found = await api.get("v1/invitation");
  } catch (error) {
    return stop(error instanceof Refused && error.status === 401 && error.kind === "not-authenticated"
      && error.message.startsWith("This invitation") ? error.message : GONE);
  }
  asked(found);
  const fatal = (sentence) => {
    files.stopAll();
    show("problem", sentence ?? GONE);
    at("choose").hidden = true;
  };
  files = new Files(api, found.intake_id, fatal, async () => asked(found = await api.get("v1/invitation")));
  await files.look();
  receipts(api, files, () => found);
  new Choosing(files).open();
  at("loading").hidden = true;
  at("invited").hidden = false;
  if (available()) return tell("Your invitation is here. You can choose files.");
  at("drop").hidden = true;
  show("problem", UNSAFE);
}

function receipts(api, files, found) {
  const give = (what) => async () => {
    tell("Your receipt is being put together.");
    const got = await fetchAll(api, files.items.filter((i) => i.upload?.state === "completed"));
    what(found(), got);
  };
  at("print").addEventListener("click", give((now, got) => {
    lay(now, got);
    window.print();
  }));
  at("save").addEventListener("click", give(save));
}

start();
