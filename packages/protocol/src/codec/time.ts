/** Owns: the spellings of a moment on the wire (C11). Must not know: clocks; every function is handed epoch ms. */

/** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. A fraction of a millisecond gives the last three digits. */
export function toNaiveUtc(epochMs: number): string {
  const whole = Math.floor(epochMs)
  const micros = Math.floor((epochMs - whole) * 1000)
  const iso = new Date(whole).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String(micros).padStart(3, '0')}`
}

/** ISO 8601 in UTC with milliseconds and `Z`. */
export function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Epoch seconds as a float, the `timestamp` of legacy public and agent frames. */
export function toEpochSeconds(epochMs: number): number {
  return epochMs / 1000
}
