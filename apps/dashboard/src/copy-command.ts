/** Owns: the command of the empty page and its copy button. Must not know: what the command does. */
import { setText } from './elements.ts'

const SAID_MS = 2000

export function createCommand(code: HTMLElement, button: HTMLButtonElement, command: string): void {
  setText(code, command)
  const copyAndSay = async () => {
    setText(button, await copy(code, command))
    setTimeout(() => setText(button, 'Copy'), SAID_MS)
  }
  button.addEventListener('click', () => void copyAndSay())
}

/** Pages that were not loaded over HTTPS or from this machine have no clipboard: the command is selected instead. */
async function copy(code: HTMLElement, command: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(command)
    return 'Copied'
  } catch {
    getSelection()?.selectAllChildren(code)
    return 'Selected'
  }
}
