/** A clock that jumps from one scheduled event to the next. */
export class PlayedTime {
  readonly startMs = Date.parse('2026-11-20T12:00:00.000Z')
  nowMs = this.startMs
  /** The scheduled events. */
  due: { atMs: number; run: () => Promise<void> }[] = []

  now = (): Date => new Date(this.nowMs)

  after(delaySeconds: number, run: () => Promise<void>): void {
    this.due.push({ atMs: this.nowMs + delaySeconds * 1000, run })
  }

  secondsTo = (text: string | undefined): number => (Date.parse(text ?? '') - this.startMs) / 1000

  /** A queue that delivers messages when they are due. */
  queueOf<Message>(work: (message: Message) => Promise<void>) {
    return {
      send: async ({ message, delaySeconds = 0 }: { message: Message; delaySeconds?: number }) =>
        this.after(delaySeconds, () => work(message)),
      sendMany: async ({ messages }: { messages: readonly Message[] }) => {
        for (const message of messages) this.after(0, () => work(message))
      },
    }
  }

  async playToTheEnd(): Promise<void> {
    for (let steps = 0; this.due.length > 0; steps++) {
      if (steps > 2000) throw new Error('it does not come to an end')
      this.due.sort((one, other) => one.atMs - other.atMs)
      const next = this.due.shift()
      this.nowMs = Math.max(this.nowMs, next?.atMs ?? 0)
      await next?.run()
    }
  }
}
