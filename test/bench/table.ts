/** A Markdown table; columns of numbers are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (rows.every((row) => /^[-\d.]*$/.test(row[column] ?? '')) ? '--:' : '---'))
  return [line(head), line(rule), ...rows.map(line)]
}
