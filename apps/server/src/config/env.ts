// The shape of an environment.

export type Env = Readonly<Record<string, string | undefined>>

/**
 * Whether somebody set the variable. Kubernetes sets `ARCP_PORT=tcp://10.0.0.1:8001` for a service called "arcp", and
 * `REDIS_PORT` for one called "redis": nobody meant those.
 */
export const isSet = (env: Env, name: string): boolean => {
  const value = env[name]?.trim() ?? ''
  return value !== '' && !ofKubernetes(name, value)
}

export const ofKubernetes = (name: string, value: string): boolean =>
  name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)
