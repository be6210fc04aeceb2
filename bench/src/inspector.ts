// What a program started with `--inspect` keeps on its JavaScript heap, asked through Node's own debugger.
// Nothing in the program knows of it.

/** One function in a tree of calls, with what it allocated itself and what is still alive of that. */
export interface ProfileNode {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly selfSize: number
  readonly children: readonly ProfileNode[]
}

export interface Inspector {
  /** Bytes in use on the heap after a full collection. */
  readonly heapAfterGc: () => Promise<number>
  /** From now on allocations are sampled. */
  readonly startSampling: () => Promise<void>
  /** What was allocated since and is still alive after a full collection. */
  readonly stillAlive: () => Promise<ProfileNode>
  readonly close: () => void
}

const SAMPLE_BYTES = 512

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const address = async (port: number): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`)
  const targets: unknown = await answer.json()
  const found = Array.isArray(targets) ? member(targets[0], 'webSocketDebuggerUrl') : undefined
  if (typeof found !== 'string') throw new Error('The debugger has no target.')
  return found
}

const isNode = (value: unknown): value is ProfileNode => {
  const frame = member(value, 'callFrame')
  return typeof member(frame, 'url') === 'string' && typeof member(value, 'selfSize') === 'number'
}

/** @param port the one the program was given with `--inspect` */
export const inspect = async (port: number): Promise<Inspector> => {
  const socket = new WebSocket(await address(port))
  const waiting = new Map<number, (result: unknown) => void>()
  let last = 0
  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error('The debugger could not be reached.')))
  socket.addEventListener('message', ({ data }) => {
    const message: unknown = JSON.parse(String(data))
    const id = member(message, 'id')
    if (typeof id !== 'number') return
    waiting.get(id)?.(member(message, 'result'))
    waiting.delete(id)
  })
  await opened.promise

  const ask = (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    last += 1
    const { promise, resolve } = Promise.withResolvers<unknown>()
    waiting.set(last, resolve)
    socket.send(JSON.stringify({ id: last, method, params }))
    return promise
  }

  await ask('HeapProfiler.enable')
  return {
    heapAfterGc: async () => {
      await ask('HeapProfiler.collectGarbage')
      return Number(member(await ask('Runtime.getHeapUsage'), 'usedSize'))
    },
    startSampling: async () => void (await ask('HeapProfiler.startSampling', { samplingInterval: SAMPLE_BYTES })),
    stillAlive: async () => {
      await ask('HeapProfiler.collectGarbage')
      const head = member(member(await ask('HeapProfiler.getSamplingProfile'), 'profile'), 'head')
      if (!isNode(head)) throw new Error('The heap profile is not as expected.')
      return head
    },
    close: () => socket.close(),
  }
}
