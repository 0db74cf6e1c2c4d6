import { noteKeyUse } from '../table/key-uses.ts'
import type { Table } from '../table/table.ts'

const apartMs = 60_000
const keysMax = 10_000

/**
 * Records that a key was used, at most once a minute per key: this process remembers its own writes, and a condition
 * refuses the write where another process was first. Requests do not wait for it, and its failure fails nothing else.
 */
export function createKeyUseNotes({ table, now }: { table: Table; now: () => Date }) {
  const noted = new Map<string, number>()
  return ({ userId, id }: { userId: string; id: string }): void => {
    const at = now()
    const last = noted.get(id)
    if (last !== undefined && at.getTime() - last < apartMs) return
    if (noted.size >= keysMax) noted.clear()
    noted.set(id, at.getTime())
    noteKeyUse(table, { userId, id, now: at, apartMs }).catch(() => noted.delete(id))
  }
}
