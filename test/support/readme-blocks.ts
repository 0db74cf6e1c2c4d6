/** A fenced block of a page: its info string, its text and the heading above it. */
interface Block {
  /** `sh`, `sh aws`, `json`, `text`. */
  kind: string
  text: string
  heading: string
}

/** The fenced blocks of a Markdown page, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let open: { kind: string; lines: string[] } | undefined
  for (const line of markdown.split('\n')) {
    const [, fence] = /^```(.*)$/.exec(line) ?? []
    if (fence !== undefined && open === undefined) open = { kind: fence.trim(), lines: [] }
    else if (fence !== undefined && open !== undefined) {
      blocks.push({ kind: open.kind, text: open.lines.join('\n'), heading })
      open = undefined
    } else if (open !== undefined) open.lines.push(line)
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
  }
  return blocks
}

/** Whether the output contains what the page shows, in order; `…` stands for anything. */
export function shows(output: string, expected: string): boolean {
  let at = 0
  for (const piece of expected.split(/…|\n/).map((text) => text.trim())) {
    const found = output.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return true
}
