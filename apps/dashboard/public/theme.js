// Runs before the first paint, so that a chosen theme does not flash: the choice is put on the root element.
try {
  const theme = localStorage.getItem('arcp-theme')
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; the system's preference holds then.
}
