// Rows as a table of Markdown, which reads well in a terminal too.

export type Cell = string | number

export const ms = (value: number | undefined): string => {
  if (value === undefined) return '-'
  return value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0)
}

/** Bytes as thousands of them, with as many digits as a measurement deserves. */
export const kb = (bytes: number | undefined): string => (bytes === undefined ? '-' : (bytes / 1000).toFixed(2))

export const table = (header: readonly string[], rows: readonly (readonly Cell[])[]): string => {
  const cells = [header, ...rows].map((row) => row.map(String))
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0), 3))
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`
  const [first = [], ...rest] = cells
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n')
}
