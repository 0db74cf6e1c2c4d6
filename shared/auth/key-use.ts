import { noteKeyUse } from '../table/key-uses.ts'
import type { Table } from '../table/table.ts'

const apartMs = 60_000
const keysMax = 10_000

/**
 * Notes that a key was used, at most once a minute for each: this process remembers what it wrote, and the write
 * itself is refused where another process was first. Nobody waits for it, and a failure is nobody's fault but its own.
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
