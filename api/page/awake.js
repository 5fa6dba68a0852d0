// Keeps a telephone from going to sleep while files are on their way. Where that is not possible, nothing is lost either.

let held = null;

export async function awake(wanted) {
  try {
    if (wanted && !held) {
      held = await navigator.wakeLock?.request("screen");
      held?.addEventListener("release", () => { held = null; });
    } else if (!wanted && held) {
      await held.release();
    }
  } catch {
    held = null;
  }
}
