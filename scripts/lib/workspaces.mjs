// The packages of this repository, as the folders of pnpm-workspace.yaml hold them.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { root } from './run.mjs'

/** The `packages:` list of pnpm-workspace.yaml: plain folders and `folder/*`, nothing else is used here. */
const patterns = () => {
  const text = readFileSync(`${root}pnpm-workspace.yaml`, 'utf8')
  const list = /^packages:\n((?:\s+- .+\n)+)/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/^\s+- (\S+)$/gm)].map((match) => match[1].replaceAll(/["']/g, ''))
}

const folders = () =>
  patterns().flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    return existsSync(`${root}${parent}`) ? readdirSync(`${root}${parent}`).map((name) => `${parent}/${name}`) : []
  })

/** @returns {{ name: string, folder: string, tested: boolean }[]} every package; `tested` when it has a test script */
export const workspaces = () =>
  folders()
    .filter((folder) => existsSync(`${root}${folder}/package.json`))
    .map((folder) => {
      const { name, scripts } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
      return { name, folder, tested: scripts?.test !== undefined }
    })
