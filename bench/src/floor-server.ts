// A program of its own: uWebSockets.js and nothing else. A POST publishes a prepared text to whoever is connected.
// `POST /publish?<bytes>` chooses the size of the text; it is built when first asked for, which is never timed.
// In ANSWERS it may be given whole answers of another server, by method and path: it answers those with the same bytes.
import uWS from 'uWebSockets.js'

const TOPIC = 'all'
const texts = new Map<string, string>()

const textOf = (bytes: string): string => {
  const known = texts.get(bytes)
  if (known !== undefined) return known
  const frame = { type: 'agents_update', data: '' }
  const text = JSON.stringify({ ...frame, data: 'x'.repeat(Math.max(0, Number(bytes) - JSON.stringify(frame).length)) })
  texts.set(bytes, text)
  return text
}

const app = uWS.App()
app.ws('/public/ws', {
  open: (ws) => {
    ws.subscribe(TOPIC)
    ws.send('{"type":"welcome"}')
  },
})
app.post('/publish', (res, req) => {
  const text = textOf(req.getQuery() ?? '')
  res.onAborted(() => undefined)
  // Taken whole, as a server must that looks at the body.
  res.onData((_chunk, isLast) => {
    if (!isLast) return
    app.publish(TOPIC, text)
    res.cork(() => res.end('{"status":"success"}'))
  })
})
interface Prepared {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const isPrepared = (value: unknown): value is readonly Prepared[] => Array.isArray(value)
const prepared: unknown = JSON.parse(process.env['ANSWERS'] ?? '[]')
if (!isPrepared(prepared)) throw new Error('ANSWERS is no list')
for (const { method, path, headers, body } of prepared) {
  app[method](path, (res) => {
    const answer = (): void => {
      res.cork(() => {
        for (const [name, value] of headers) res.writeHeader(name, value)
        res.end(body)
      })
    }
    if (method === 'get') return answer()
    res.onAborted(() => undefined)
    res.onData((_chunk, isLast) => {
      if (isLast) answer()
    })
  })
}
app.listen('127.0.0.1', Number(process.env['PORT']), (socket) => {
  if (socket === false) process.exit(1)
})
process.on('SIGTERM', () => process.exit(0))
