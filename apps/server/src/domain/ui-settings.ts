// Settings of the dashboard that everybody who uses it shares. Kept per hub, in memory, and bounded.

export type UiValue = string | number | boolean
export type UiSettings = Readonly<Record<string, UiValue>>

export interface UiSettingsBook {
  readonly all: () => UiSettings
  /** Null removes. @returns false when there would be too many, and nothing changed then */
  readonly change: (changes: Readonly<Record<string, UiValue | null>>) => boolean
}

export const createUiSettings = (max: number): UiSettingsBook => {
  let kept: ReadonlyMap<string, UiValue> = new Map()
  return {
    all: () => Object.fromEntries(kept),
    change: (changes) => {
      const next = new Map(kept)
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) next.delete(name)
        else next.set(name, value)
      }
      if (next.size > max) return false
      kept = next
      return true
    },
  }
}
