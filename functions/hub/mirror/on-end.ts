/**
 * Passes bytes through and calls `then` when they end, are given up, or are never requested: a generator that was never
 * started skips its `finally`.
 */
export function onEnd(body: AsyncIterable<Uint8Array>, then: () => void): AsyncIterableIterator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  let isOver = false
  const over = () => {
    if (!isOver) then()
    isOver = true
  }
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      try {
        const step = await iterator.next()
        if (step.done === true) over()
        return step
      } catch (error) {
        over()
        throw error
      }
    },
    async return() {
      over()
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}
