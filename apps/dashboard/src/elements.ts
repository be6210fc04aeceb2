/** Owns: finding and making elements, text only. Must not know: what they mean. */

/** The element of that id, which must be there and of that kind: the page and its script are built together. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`)
  return found
}

/** Writes only what differs: a text that stays keeps its selection, and screen readers quiet. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

export function make(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.textContent = text
  return made
}
