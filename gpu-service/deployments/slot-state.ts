/** Whether a slot answers, and why not. It may be waited for until that is known. */
export class SlotState {
  state: 'LOADING' | 'READY' | 'FAILED' = 'LOADING'
  reason: string | undefined
  #settled = Promise.withResolvers<void>()

  /** Fulfilled when it is ready or has failed, or nobody is to know any more. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  ready(): void {
    this.#set('READY', undefined)
    this.#settled.resolve()
  }

  failed(reason: string): void {
    this.#set('FAILED', reason)
    this.#settled.resolve()
  }

  /** It is to be loaded anew. */
  lost(reason: string): void {
    this.#settled.resolve()
    this.#settled = Promise.withResolvers()
    this.#set('LOADING', reason)
  }

  /** It is in no place any more. */
  retired(): void {
    this.#settled.resolve()
  }

  #set(state: SlotState['state'], reason: string | undefined): void {
    this.state = state
    this.reason = reason
  }
}
