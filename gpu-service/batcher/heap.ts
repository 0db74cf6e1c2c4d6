/** A heap item stores its position, so that it can be removed from the middle; -1 if it is in no heap. */
export interface Placed {
  place: number
}

/** A binary heap with O(log n) add, remove and reorder of any item. */
export class Heap<Item extends Placed> {
  readonly #items: Item[] = []
  readonly #isBefore: (one: Item, other: Item) => boolean

  constructor(isBefore: (one: Item, other: Item) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  get first(): Item | undefined {
    return this.#items[0]
  }

  /** The children of a place are at `2 * place + 1` and `2 * place + 2`. */
  at(place: number): Item | undefined {
    return this.#items[place]
  }

  add(item: Item): void {
    item.place = this.#items.length
    this.#items.push(item)
    this.#rise(item)
  }

  /** Does nothing if the item is in no heap. */
  remove(item: Item): void {
    const { place } = item
    if (place < 0) return
    item.place = -1
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#put(last, place)
    this.moved(last)
  }

  /** Call after an item's order has changed. */
  moved(item: Item): void {
    this.#rise(item)
    this.#sink(item)
  }

  #rise(item: Item): void {
    while (item.place > 0) {
      const above = this.#items[(item.place - 1) >> 1]
      if (above === undefined || !this.#isBefore(item, above)) return
      this.#swap(item, above)
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1]
      const right = this.#items[2 * item.place + 2]
      const below = left !== undefined && right !== undefined && this.#isBefore(right, left) ? right : left
      if (below === undefined || !this.#isBefore(below, item)) return
      this.#swap(item, below)
    }
  }

  #swap(one: Item, other: Item): void {
    const { place } = one
    this.#put(one, other.place)
    this.#put(other, place)
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item
    item.place = place
  }
}
