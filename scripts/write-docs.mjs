// Writes the pages of docs/ that are made from tables in the source: `node scripts/write-docs.mjs`, with Node 22.18 or newer.
import { writeFileSync } from 'node:fs'

import { configurationPage } from '../apps/server/src/config/help.ts'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage())
