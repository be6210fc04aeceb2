// Against a server of this machine that speaks the API; time runs twenty times as fast.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import { describe, expect, it, onTestFinished } from 'vitest'

import { systemClock, systemScheduler } from '../../kernel/clock.ts'
import { azureService, createHttpEmbeddings, openAiService, type EmbeddingService } from './http-embeddings.ts'

const FASTER = 20

interface Heard {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: { readonly input: readonly string[]; readonly model?: string }
}
type Reply = (response: ServerResponse, input: readonly string[]) => void

const answer = (vectors: readonly unknown[]): string =>
  JSON.stringify({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  })
const fine: Reply = (response, input) => void response.end(answer(input.map((text) => [text.length, 1, 0])))

const serve = async (...replies: readonly Reply[]) => {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const body: Heard['body'] = JSON.parse(text)
      heard.push({ path: request.url ?? '', headers: request.headers, body })
      const reply = replies[Math.min(heard.length, replies.length) - 1] ?? fine
      reply(response, body.input)
    })
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { base: `http://127.0.0.1:${address.port}`, heard }
}

const client = (service: EmbeddingService) =>
  createHttpEmbeddings({
    ...service,
    clock: { monotonic: () => systemClock.monotonic() * FASTER },
    scheduler: { after: (ms, run) => systemScheduler.after(ms / FASTER, run) },
  })
const limits = { patienceMs: 60_000, tries: 3 }
const ask = (base: string, texts: readonly string[] = ['one'], over: Partial<typeof limits> = {}) =>
  client(openAiService(`${base}/v1`, 'key-1', 'model-1')).embed(texts, { ...limits, ...over })

describe('embeddings over HTTP', () => {
  it('speaks as OpenAI has it, a slash at the end or not', async () => {
    const { base, heard } = await serve(fine)
    for (const url of [`${base}/v1`, `${base}/v1/`]) {
      const made = await client(openAiService(url, 'key-1', 'model-1')).embed(['abc', 'de'], limits)
      if (!made.ok) throw new Error(made.error.reason)
      expect(made.value.map((vector) => Math.hypot(...vector).toFixed(5))).toEqual(['1.00000', '1.00000'])
      expect((made.value[0]?.[0] ?? 0) / (made.value[0]?.[1] ?? 0)).toBeCloseTo(3)
    }
    for (const { path, headers, body } of heard) {
      expect(path).toBe('/v1/embeddings')
      expect(headers.authorization).toBe('Bearer key-1')
      expect(body).toEqual({ model: 'model-1', input: ['abc', 'de'] })
    }
    await client(openAiService(base, '', 'local')).embed(['x'], limits)
    expect(heard.at(-1)?.headers.authorization).toBeUndefined()
  })

  it('speaks as Azure has it', async () => {
    const { base, heard } = await serve(fine)
    const made = await client(azureService(`${base}/`, 'key-2', '2024-02-01', 'my deployment')).embed(['abc'], limits)
    expect(made.ok).toBe(true)
    expect(heard[0]?.path).toBe('/openai/deployments/my%20deployment/embeddings?api-version=2024-02-01')
    expect(heard[0]?.headers['api-key']).toBe('key-2')
    expect(heard[0]?.headers.authorization).toBeUndefined()
    expect(heard[0]?.body).toEqual({ input: ['abc'] })
  })

  it('puts vectors in the order of the texts', async () => {
    const { base } = await serve((response) => {
      const data = [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ]
      response.end(JSON.stringify({ data }))
    })
    const made = await ask(base, ['a', 'b'])
    expect(made.ok && made.value.map((vector) => Array.from(vector))).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  const status =
    (code: number, headers: Record<string, string> = {}): Reply =>
    (response) =>
      void response.writeHead(code, headers).end('{"error":{"message":"SECRET"}}')

  it.each([429, 500, 503, 408])('tries again after %i', async (code) => {
    const { base, heard } = await serve(status(code), status(code, { 'retry-after': '1' }), fine)
    expect((await ask(base)).ok).toBe(true)
    expect(heard).toHaveLength(3)
  })

  it('gives up after as many tries as it may, or when the time is over', async () => {
    const three = await serve(status(500))
    expect(await ask(three.base)).toEqual({ ok: false, error: { kind: 'away', reason: 'status 500' } })
    expect(three.heard).toHaveLength(3)
    const long = await serve(status(429, { 'retry-after': '3600' }))
    expect(await ask(long.base, ['x'], { patienceMs: 4000 })).toMatchObject({ error: { kind: 'away' } })
    expect(long.heard).toHaveLength(1)
  })

  it.each<[number, string]>([
    [400, 'refused'],
    [413, 'refused'],
    [401, 'garbage'],
    [404, 'garbage'],
    [307, 'garbage'],
  ])('%i is %s, and is not tried again', async (code, kind) => {
    const { base, heard } = await serve(status(code, { location: 'http://127.0.0.1:1/' }))
    expect(await ask(base)).toEqual({ ok: false, error: { kind, reason: `status ${code}` } })
    expect(heard).toHaveLength(1)
  })

  it.each<[string, string]>([
    ['no JSON', 'hello'],
    ['no data', '{}'],
    ['too few', answer([])],
    ['too many', answer([[1], [1], [1]])],
    [
      'text',
      answer([
        ['1', '2'],
        [1, 2],
      ]),
    ],
    ['not finite', '{"data":[{"embedding":[1e999,1]},{"embedding":[1,1]}]}'],
    [
      'null',
      answer([
        [null, 1],
        [1, 1],
      ]),
    ],
    ['empty', answer([[], []])],
    [
      'only zeros',
      answer([
        [0, 0],
        [1, 1],
      ]),
    ],
    [
      'two dimensions',
      answer([
        [1, 2],
        [1, 2, 3],
      ]),
    ],
    ['twice the same', '{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}'],
    ['a strange index', '{"data":[{"index":7,"embedding":[1]},{"index":-1,"embedding":[1]}]}'],
    ['too long a vector', answer([Array.from({ length: 8193 }, () => 1), Array.from({ length: 8193 }, () => 1)])],
  ])('takes no garbage: %s', async (_, text) => {
    const { base } = await serve((response) => void response.end(text))
    expect(await ask(base, ['a', 'b'])).toMatchObject({ ok: false, error: { kind: 'garbage' } })
  })

  it('the dimension stays what it was', async () => {
    const { base } = await serve(
      (response) => void response.end(answer([[1, 2]])),
      (response) => void response.end(answer([[1, 2, 3]])),
    )
    const service = client(openAiService(base, '', 'm'))
    expect((await service.embed(['a'], limits)).ok).toBe(true)
    expect(await service.embed(['a'], limits)).toMatchObject({ ok: false, error: { kind: 'garbage' } })
  })

  it('waits no longer than it may for a slow service, an endless answer, or one that is not there', async () => {
    const silent = await serve(() => undefined)
    expect(await ask(silent.base, ['x'], { patienceMs: 5000 })).toEqual({
      ok: false,
      error: { kind: 'away', reason: 'no answer in time' },
    })
    const endless = await serve((response) => {
      const more = (): void => void (response.destroyed || response.write(' '.repeat(65_536), more))
      more()
    })
    expect(await ask(endless.base, ['x'], { tries: 1 })).toMatchObject({ ok: false, error: { kind: 'away' } })
    expect(await ask('http://127.0.0.1:1', ['x'], { tries: 1 })).toMatchObject({ ok: false, error: { kind: 'away' } })
  })
})
