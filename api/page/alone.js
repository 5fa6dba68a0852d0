// One tab at a time: two that are open on the same invitation do not list or send the same file together. Where a browser has no
// such locks, the server sees to it that nothing is kept twice; then it is only sent twice.

export async function alone(name, act) {
  return navigator.locks ? navigator.locks.request(name, act) : act();
}
