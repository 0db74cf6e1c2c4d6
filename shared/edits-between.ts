/** The Levenshtein distance: how many letters to insert, delete or replace to turn one text into the other. */
export function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1]
    for (const [column, its] of [...other].entries())
      line.push(
        Math.min(
          (line[column] ?? 0) + 1,
          (above[column + 1] ?? 0) + 1,
          (above[column] ?? 0) + (letter === its ? 0 : 1),
        ),
      )
    above = line
  }
  return above.at(-1) ?? 0
}
