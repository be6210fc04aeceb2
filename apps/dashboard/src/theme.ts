/** Owns: the theme switch. Must not know: colours; `public/theme.js` puts a stored choice on the page before paint. */
import { setText } from './elements.ts'

const KEY = 'arcp-theme'
const CHOICES = ['system', 'dark', 'light'] as const
type Choice = (typeof CHOICES)[number]

export function createThemeSwitch(button: HTMLButtonElement, label: HTMLElement): void {
  const root = document.documentElement
  const stored = root.dataset['theme']
  let choice: Choice = stored === 'dark' || stored === 'light' ? stored : 'system'

  const show = () => {
    setText(label, { system: 'System', dark: 'Dark', light: 'Light' }[choice])
    button.setAttribute('aria-label', `Theme: ${choice}. Change`)
    if (choice === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = choice
  }

  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'system'
    show()
    keep(choice)
  })
  show()
}

function keep(choice: Choice): void {
  try {
    if (choice === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}
