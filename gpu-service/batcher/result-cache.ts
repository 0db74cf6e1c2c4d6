/** The latest answers by the key of their input, at most so many; the one unused for longest goes first. */
export class ResultCache<Output> {
  readonly #itemsMax: number
  readonly #results = new Map<string, Output>()

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax
  }

  get size(): number {
    return this.#results.size
  }

  get(key: string): Output | undefined {
    const output = this.#results.get(key)
    if (output === undefined) return undefined
    this.#results.delete(key)
    this.#results.set(key, output)
    return output
  }

  set(key: string, output: Output): void {
    if (this.#itemsMax <= 0) return
    this.#results.delete(key)
    this.#results.set(key, detached(output))
    const [oldest] = this.#results.keys()
    if (this.#results.size > this.#itemsMax && oldest !== undefined) this.#results.delete(oldest)
  }
}

/** A view of the tensor that a whole batch shares would keep all of it. */
const detached = <Output>(output: Output): Output =>
  output instanceof Float32Array ? (output.slice() as Output) : output
