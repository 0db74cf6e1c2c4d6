import { Heap } from './heap.ts'
import { arrivedAfter, type InLine, type TenantLine } from './tenant-line.ts'

/**
 * Visits the members of all lines in order until `visit` returns false. Each visit takes time logarithmic in the number
 * of lines visited so far, however many lines there are.
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
    // Children in the heap come after their parent, so they are opened only once the parent was visited.
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
  /** The position of its line in the heap, or -1 once its children are open. */
  opens: number
  place: number
}
