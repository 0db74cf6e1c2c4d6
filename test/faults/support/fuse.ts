import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import type { Table } from '../../../shared/table/table.ts'

/** What happens at the n-th write of a process. */
interface FuseOptions {
  /** Counted from 1; nothing happens without it. */
  at?: number
  /** True if the write is made and only its answer is lost; else it is not made. */
  writes: boolean
  /** True if nothing works afterwards, as after `kill -9`; else only this call fails. */
  dies: boolean
}

/** Counts a process's writes to everything outside it, and breaks at one of them. */
export class Fuse {
  writes = 0
  isDead = false
  readonly died = Promise.withResolvers<void>()
  readonly #options: FuseOptions

  constructor(options: FuseOptions) {
    this.#options = options
  }

  get hasBlown(): boolean {
    return this.writes >= (this.#options.at ?? Number.POSITIVE_INFINITY)
  }

  table(table: Table): Table {
    return this.#around(table, ['put', 'update', 'delete', 'transact', 'putMany', 'deleteMany'])
  }

  objects(objects: ObjectStore): ObjectStore {
    const uploads = this.#around(objects.uploads, ['create', 'putPart', 'complete', 'abort'])
    return { ...this.#around({ ...objects }, ['put', 'copy', 'delete']), uploads }
  }

  queue<Message>(queue: Queue<Message>): Queue<Message> {
    return this.#around(queue, ['send', 'sendMany'])
  }

  #around<Target extends object>(target: Target, writing: string[]): Target {
    const wrapped: Record<string, unknown> = {}
    for (const [name, method] of methodsOf(target))
      wrapped[name] = (...parameters: unknown[]) => {
        const call = () => method.apply(target, parameters) as unknown
        if (name === 'queryAll') return this.#reading(call as () => AsyncGenerator<unknown>)
        return this.#call(call, writing.includes(name))
      }
    return wrapped as Target
  }

  async *#reading(call: () => AsyncGenerator<unknown>) {
    if (this.isDead) throw new Error('the process is dead')
    yield* call()
  }

  async #call(call: () => unknown, isWrite: boolean): Promise<unknown> {
    if (this.isDead) throw new Error('the process is dead')
    const strikes = isWrite && ++this.writes === this.#options.at
    if (!strikes) return call()
    if (this.#options.dies) this.isDead = true
    if (this.#options.writes) await call()
    this.died.resolve()
    throw new Error('the connection was lost')
  }
}

function methodsOf(target: object): [string, (...parameters: unknown[]) => unknown][] {
  const names = new Set([...Object.keys(target), ...Object.getOwnPropertyNames(Object.getPrototypeOf(target))])
  return [...names]
    .map((name) => [name, Reflect.get(target, name)] as const)
    .filter((entry): entry is [string, (...parameters: unknown[]) => unknown] => typeof entry[1] === 'function')
}
