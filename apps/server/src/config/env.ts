// The shape of an environment.

export type Env = Readonly<Record<string, string | undefined>>
