import { Heap } from './heap.ts'
import { arrivedAfter, type InLine, type TenantLine } from './tenant-line.ts'

/**
 * Goes through lines of members in the order in which they are due, until `visit` says that it has seen enough. It costs
 * the logarithm of what it has seen for each, however many lines there are.
 */
export function walkLines<Member extends InLine<Member>>({ lines, costOf, visit }: Walk<Member>): void {
  const cursors = new Heap<Cursor<Member>>(
    (a, b) => (a.served - b.served || arrivedAfter(a, b) || a.line.turn - b.line.turn) < 0,
  )
  const open = (at: number) => {
    const line = lines.at(at)
    if (line?.first !== undefined) cursors.add({ line, first: line.first, served: line.served, opens: at, place: -1 })
  }
  open(0)
  for (let cursor = cursors.first; cursor !== undefined; cursor = cursors.first) {
    const { first, line, opens } = cursor
    if (!visit(first)) return
    // The lines below one in the heap are behind it, so they are looked at only once that one was.
    if (opens >= 0) for (const below of [2 * opens + 1, 2 * opens + 2]) open(below)
    cursor.opens = -1
    cursor.served += costOf(first) / line.weight
    if (first.next === undefined) cursors.remove(cursor)
    else {
      cursor.first = first.next
      cursors.moved(cursor)
    }
  }
}

interface Walk<Member> {
  lines: Heap<TenantLine<Member>>
  costOf: (member: Member) => number
  visit: (member: Member) => boolean
}

interface Cursor<Member> {
  line: TenantLine<Member>
  first: Member
  served: number
  /** Where the line stands among all, until those below it are looked at. */
  opens: number
  place: number
}
