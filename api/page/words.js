// Sizes, times and names in words. Names come from anywhere: what cannot be seen in them is made visible.

const UNITS = [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]];
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "Europe/London" });
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium", timeStyle: "long", timeZone: "Europe/London",
});

export function amount(bytes) {
  for (const [least, name] of UNITS) if (bytes >= least) return `${(bytes / least).toFixed(1)} ${name}`;
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

export function files(count) {
  return count === 1 ? "1 file" : `${count.toLocaleString("en-GB")} files`;
}

export function when(instant) {
  return `${WHEN.format(new Date(instant))} (London time)`;
}

export function moment(instant) {
  return instant ? MOMENT.format(new Date(instant)) : "";
}

export function plain(name) {
  return name.replace(UNSEEN, (c) => `[U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} seconds left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes left`;
  return `about ${Math.round(seconds / 3600)} hours left`;
}
