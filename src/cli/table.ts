interface Column {
  title: string
  cells: readonly string[]
  /** It may be cut to so many characters. Others are shown whole, or not at all. */
  least?: number
  /** Where there is no room, columns with a higher number go first. Those with 0 stay. */
  rank: number
}

const gap = '  '

/** The lines of a table that is no wider than this, if the columns that have to stay fit. The first one has the titles. */
export function tableLines(columns: readonly Column[], width: number): string[] {
  let kept = columns.map((column) => ({ ...column, width: widest(column) }))
  while (leastOf(kept) > width) {
    const rank = Math.max(...kept.map((column) => column.rank))
    if (rank === 0) break
    kept = kept.filter((column) => column.rank !== rank)
  }
  for (;;) {
    const cut = kept.filter((column) => column.width > (column.least ?? Infinity))
    if (totalOf(kept) <= width || cut.length === 0) break
    // The widest gives first.
    cut.sort((a, b) => b.width - a.width)[0]!.width--
  }
  const rows = Math.max(0, ...kept.map(({ cells }) => cells.length))
  const line = (texts: string[]) => texts.join(gap).trimEnd()
  return [
    line(kept.map((column) => fit(column.title, column.width))),
    ...Array.from({ length: rows }, (_, row) =>
      line(kept.map(({ cells, width: own }) => fit(cells[row] ?? '', own))),
    ),
  ]
}

function widest({ title, cells }: Column): number {
  return Math.max(...[title, ...cells].map((text) => [...text].length))
}

function totalOf(columns: readonly { width: number }[]): number {
  return columns.reduce((sum, column) => sum + column.width + gap.length, -gap.length)
}

function leastOf(columns: readonly { width: number; least?: number }[]): number {
  return totalOf(columns.map(({ width, least = width }) => ({ width: Math.min(width, least) })))
}

function fit(text: string, width: number): string {
  const letters = [...text]
  if (letters.length <= width) return text + ' '.repeat(width - letters.length)
  return `${letters.slice(0, width - 1).join('')}…`
}
