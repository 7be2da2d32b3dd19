/** A table of Markdown whose columns are in line. */
export function markdown(head, lines) {
  const cells = [head, ...lines].map((line) => line.map(String))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column].length)))
  const [top, ...rest] = cells.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  )
  return [top, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest].join('\n')
}
