// What writers asked of a hub and what it answered, kept outside of the hub, and what must hold of any hub that comes
// after it. Knows no requests: a checker that shared code with the writers would share their mistakes.

/** `mark` is unique: a record that shows it was written by this request and by no other. */
export interface Write {
  readonly kind: 'register' | 'update' | 'unregister'
  readonly id: string
  readonly mark: string
  readonly sentAt: number
  /** Not there: the hub ended first, and both is right, that it was done and that it was not. */
  answeredAt?: number
  /** The access token of the answer. */
  token?: string
}

/** What stood in the record when somebody looked: no mark where no record was. */
export interface Seen {
  readonly kind: 'seen'
  readonly id: string
  readonly mark: string | undefined
}

export type Entry = Write | Seen

/** One life of an id is named by the mark of the registration that began it. */
interface State {
  readonly life: string | undefined
  readonly mark: string | undefined
}

const GONE: State = { life: undefined, mark: undefined }

const after = (state: State, { kind, mark }: Write): State => {
  switch (kind) {
    case 'register':
      return { life: mark, mark }
    case 'update':
      return state.life === undefined ? state : { life: state.life, mark }
    case 'unregister':
      return GONE
  }
}

/** Every state an id may be in: one after an answer, more after requests that were never answered. */
export const possibleStates = (entries: readonly Entry[]): readonly State[] => {
  let possible: readonly State[] = [GONE]
  for (const entry of entries) {
    if (entry.kind === 'seen') {
      possible = possible.filter(({ mark }) => mark === entry.mark)
      continue
    }
    const done = possible.map((state) => after(state, entry))
    possible = entry.answeredAt === undefined ? [...possible, ...done] : done
  }
  return possible
}

const show = (mark: string | undefined): string => (mark === undefined ? 'no record' : `the record ${mark}`)

/** @returns what is wrong when this is seen after these entries */
export const wrongWith = (entries: readonly Entry[], seen: Seen): string | undefined => {
  const possible = possibleStates(entries)
  if (possible.some(({ mark }) => mark === seen.mark)) return undefined
  const right = [...new Set(possible.map(({ mark }) => show(mark)))].join(' or ')
  return `${seen.id}: ${show(seen.mark)} is there, and ${right} should be; last: ${JSON.stringify(entries.slice(-4))}`
}

export interface TokenVerdict {
  readonly token: string
  readonly works: boolean
}

/** The newest token of each of the latest lives, and whether it must work. The state must be known. */
export const tokenVerdicts = (entries: readonly Entry[], lives: number): readonly TokenVerdict[] => {
  const [state, ...others] = possibleStates(entries)
  if (state === undefined || others.some(({ life }) => life !== state.life)) throw new Error('look at the id first')
  const tokens = new Map<string, string>()
  let life: string | undefined
  for (const entry of entries) {
    if (entry.kind === 'seen') continue
    if (entry.kind === 'register') life = entry.mark
    if (life !== undefined && entry.token !== undefined) tokens.set(life, entry.token)
  }
  return [...tokens].slice(-lives).map(([of, token]) => ({ token, works: of === state.life }))
}
