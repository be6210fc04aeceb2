// How `npm start` runs the built hub, from the root. Node calls its SQLite experimental and says so at every start:
// whoever starts a hub can do nothing about that.
export const hubCommand = ['--disable-warning=ExperimentalWarning', 'apps/server/dist/main.js']
