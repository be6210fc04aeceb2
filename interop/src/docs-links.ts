// Where the links of a page lead: to files of the repository and to headings in them. Other sites are not asked.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')

const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '')

const anchorsOf = (path: string): ReadonlySet<string> => {
  const seen = new Map<string, number>()
  const anchors = [...withoutBlocks(readFileSync(path, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = anchorOf(heading.trim())
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
  return new Set(anchors)
}

/** The targets of all links in the text. */
export const linksIn = (text: string): readonly string[] =>
  [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** Links of the file that lead nowhere. */
export const deadLinks = (path: string): readonly string[] =>
  linksIn(readFileSync(path, 'utf8')).filter((target) => {
    if (/^https?:\/\//.test(target)) return false
    const [file = '', anchor] = target.split('#')
    const found = file === '' ? path : join(dirname(path), file)
    if (!existsSync(found)) return true
    return anchor !== undefined && anchor !== '' && !anchorsOf(found).has(anchor)
  })
