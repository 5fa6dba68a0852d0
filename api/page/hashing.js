// The thread that hashes a whole file, part after part.

import { Sha256 } from "./sha256.js";

const hashing = new Sha256();

self.onmessage = ({ data: message }) => {
  if (message.finish) {
    self.postMessage(hashing.hex());
  } else {
    hashing.update(new Uint8Array(message.data));
    self.postMessage(null);
  }
};
