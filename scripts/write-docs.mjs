// Writes the pages of docs/ that are made from tables in the source. Needs a build: `pnpm build && node scripts/write-docs.mjs`.
import { writeFileSync } from 'node:fs'

import { configurationPage } from '../apps/server/dist/config/help.js'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage())
