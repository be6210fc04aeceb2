// The door `@arcp/testkit`.

export { sampleBody, sampleCard } from './cards.ts'
export { createFakeSocket, type FakeSocket } from './fake-socket.ts'
export { createFakeTime, FAKE_EPOCH, type FakeTime } from './fake-time.ts'
