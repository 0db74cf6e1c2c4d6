/** As many requests back count for a third of what is seen. */
const requests = 32
/** Below this, to look for answers costs everybody more than it saves. */
const shareMin = 1 / 16
/** When it is looked all the same, to see whether callers ask again for what they asked before. */
const lookMs = { every: 1000, for: 60 }

/** How often answers that are kept were asked for lately: where hardly ever, nobody's request is read to see that. */
export class KeptHits {
  /** Until it is known, it is believed that they are. */
  #share = 1

  /** Told of each request, how many of its inputs were answered from what is kept. */
  saw({ found, of }: { found: number; of: number }): void {
    this.#share += (found / of - this.#share) / requests
  }

  isWorthALook(nowMs: number): boolean {
    return this.#share >= shareMin || nowMs % lookMs.every < lookMs.for
  }
}
