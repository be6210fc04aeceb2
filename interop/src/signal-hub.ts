// Signals to a hub that must not end it: `stop` and `kill` of the harness are for that.
import type { Hub } from './hub.ts'

export const signalHub = ({ pid }: Pick<Hub, 'pid'>, signal: 'SIGHUP' | 'SIGSTOP' | 'SIGCONT'): void => {
  // 0 would be the whole process group of the tests.
  if (pid === undefined || pid === 0) throw new Error('the hub has no process id')
  process.kill(pid, signal)
}
