// How a wrapper script behaves towards the one process it wraps: signals go down, the way it ended comes up.
// It must run on Node 18: with-toolchain.mjs uses it.

const interactive = process.stdin.isTTY === true || process.stdout.isTTY === true

/**
 * Hands SIGINT, SIGTERM and SIGHUP to `child` and keeps this process alive until the child is gone.
 * On a terminal, Ctrl-C reaches the whole process group by itself: handing it on would make it two, and a second one means "at once".
 */
export const relaySignals = (child) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const terminalDoesIt = interactive && signal !== 'SIGTERM'
      if (!terminalDoesIt) child.kill(signal)
    })
  }
}

/**
 * Ends this process by a signal, which is what keeps npm from printing an error report.
 * Never settles: whoever awaits it goes no further.
 */
export const dieBy = (signal) =>
  new Promise(() => {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Holds the process until the signal has arrived.
    setTimeout(() => process.exit(1), 1000)
  })

/** Ends this process the way its child ended. */
export const relayExit = (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  void dieBy(signal)
}
