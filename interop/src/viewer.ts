// A dashboard socket as tests need it: every frame it gets is held to the protocol's schema.
import { decodeDown } from '@arcp/protocol/codec'
import { onTestFinished } from 'vitest'
import { isObject, openFrames, type FrameSocket } from './frames.ts'
import type { Hub } from './hub.ts'

export interface Viewer extends FrameSocket {
  /** The next frames with these types, in this order, whatever else comes between. */
  readonly inOrder: (...types: readonly string[]) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Types of all frames so far. */
  readonly types: () => readonly string[]
}

const typeOf = (json: unknown): string => (isObject(json) ? String(json['type']) : '')

/** A socket that has said nothing yet; it ends with the test, which then fails for any frame that is none. */
export const openViewer = async (hub: Pick<Hub, 'wsUrl'>): Promise<Viewer> => {
  const socket = await openFrames(`${hub.wsUrl}/dashboard/ws`)
  onTestFinished(() => {
    socket.terminate()
    for (const { text } of socket.frames) {
      const { kind } = decodeDown('dashboard', text)
      if (kind !== 'frame' && kind !== 'ping' && kind !== 'pong') throw new Error(`no frame (${kind}): ${text}`)
    }
  })
  return {
    ...socket,
    inOrder: async (...types) => {
      const found: Readonly<Record<string, unknown>>[] = []
      for (const type of types) found.push(await socket.nextOfType(type))
      return found
    },
    types: () => socket.frames.map(({ json }) => typeOf(json)),
  }
}

/** One that has got everything there is after authentication. */
export const watch = async (hub: Pick<Hub, 'wsUrl'>, token: string): Promise<Viewer> => {
  const viewer = await openViewer(hub)
  viewer.send({ type: 'auth', token })
  await viewer.inOrder('monitoring', 'health', 'agents', 'logs')
  return viewer
}
