import { defaultClientConditions, defineConfig } from 'vite'

/** Where `pnpm --filter @arcp/dashboard dev` finds a running hub. */
const hub = process.env['ARCP_URL'] ?? 'http://localhost:8001'

export default defineConfig({
  base: '/dashboard/',
  // Our own packages come from their sources: no build has to go before, and none can be stale.
  resolve: { conditions: ['@arcp/source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    // One script, nothing to preload; the polyfill would only add code.
    modulePreload: false,
  },
  server: { proxy: { '/public': { target: hub, ws: true, changeOrigin: true } } },
})
