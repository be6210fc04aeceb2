// A token bucket as two numbers in the object that owns it: nothing is allocated for a frame or a ping.

export interface Bucket {
  tokens: number
  filledAt: number
}

/** Takes one token; false when none is left. `rate` is tokens per second, `burst` the size of the bucket. */
export const takeToken = (bucket: Bucket, now: number, rate: number, burst: number): boolean => {
  const filled = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate)
  bucket.filledAt = now
  if (filled < 1) {
    bucket.tokens = filled
    return false
  }
  bucket.tokens = filled - 1
  return true
}
