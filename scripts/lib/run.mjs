// Runs one command to its end with its output kept aside, so that a step is one line unless it fails.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

// Turbo says these things once per machine; neither belongs into the output of our own commands.
const quiet = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/** The commands now running, so that an interruption can end them. */
const running = new Set()
let interruptedBy = null

/** @returns the signal that asked this script to stop, or null */
export const interruption = () => interruptedBy

/** Ends every running command with its children. Each has a process group of its own, so none is signalled twice by a terminal. */
const stopAll = (signal) => {
  for (const child of running) {
    try {
      process.kill(-child.pid, signal)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}

/** From here on SIGINT, SIGTERM and SIGHUP stop the running commands; the caller looks at `interruption()`. */
export const stopOnSignals = () => {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      interruptedBy ??= signal
      stopAll(signal)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, limitMs?: number }} [options] `limitMs`: kill it after this time
 * @returns {Promise<{ ok: boolean, output: string }>} never rejects: a command that cannot be started is a failed one
 */
export const run = (command, args, { cwd = root, env = {}, limitMs } = {}) =>
  new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      cwd,
      env: {
        ...process.env,
        ...quiet,
        ...(process.stdout.isTTY === true ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const collect = (text) => {
      output += text
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)

    let deadline
    if (limitMs !== undefined) {
      deadline = setTimeout(() => {
        output += `\n${command} ${args.join(' ')}: stopped after ${limitMs / 1000} s\n`
        process.kill(-child.pid, 'SIGKILL')
      }, limitMs)
    }
    const settle = (ok) => {
      clearTimeout(deadline)
      running.delete(child)
      resolve({ ok, output })
    }
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`
      settle(false)
    })
    child.on('spawn', () => running.add(child))
    child.on('close', (code) => settle(code === 0))
  })

/** A program that pnpm installed for the repository itself. */
export const rootBin = (name) => `${root}node_modules/.bin/${name}`
