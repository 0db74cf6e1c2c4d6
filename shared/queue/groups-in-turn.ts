interface Group<Entry> {
  waiting: Entry[]
  inHand: number
}

/**
 * Waiting entries by group. The group with the fewest in flight goes first, like SQS's fair queues, and equal ones take
 * turns; within a group the oldest entry goes first.
 */
export class GroupsInTurn<Entry> {
  /** Groups with waiting or in-flight entries; the next one is in front. */
  readonly #groups = new Map<unknown, Group<Entry>>()
  waiting = 0
  inHand = 0

  add(entry: Entry, key: unknown): void {
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { waiting: [entry], inHand: 0 })
    else group.waiting.push(entry)
    this.waiting++
  }

  /** @param onlyToIdle skips groups with entries in flight */
  take({ onlyToIdle }: { onlyToIdle: boolean }): { entry: Entry; key: unknown } | undefined {
    const key = this.#next()
    const group = this.#groups.get(key)
    if (group === undefined || (onlyToIdle && group.inHand > 0)) return undefined
    const entry = group.waiting.shift() as Entry
    this.waiting--
    this.inHand++
    group.inHand++
    this.#groups.delete(key)
    this.#groups.set(key, group)
    return { entry, key }
  }

  /** An entry of this group is done. */
  end(key: unknown): void {
    const group = this.#groups.get(key)
    if (group === undefined) return
    this.inHand--
    group.inHand--
    if (group.inHand === 0 && group.waiting.length === 0) this.#groups.delete(key)
  }

  clearWaiting(): void {
    this.waiting = 0
    for (const [key, group] of this.#groups) {
      group.waiting.length = 0
      if (group.inHand === 0) this.#groups.delete(key)
    }
  }

  /** Short, because at most as many groups have entries in flight as messages are handled at once. */
  #next(): unknown {
    let least = Number.POSITIVE_INFINITY
    let next: unknown
    for (const [key, { waiting, inHand }] of this.#groups) {
      if (waiting.length === 0 || inHand >= least) continue
      if (inHand === 0) return key
      least = inHand
      next = key
    }
    return next
  }
}
