import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { storeWhileSending } from '../../../../functions/hub/mirror/store-while-sending.ts'
import { ChecksumMismatch } from '../../../../shared/objects/object-store.ts'

const chunks = ['one ', 'two ', 'three'].map((text) => Buffer.from(text))
async function* bytes() {
  yield* chunks
}
const keep = () => {
  const kept: Buffer[] = []
  const store = async (body: AsyncIterable<Uint8Array>) => {
    for await (const chunk of body) kept.push(Buffer.from(chunk))
    return undefined
  }
  return { store, text: () => Buffer.concat(kept).toString() }
}
const never = (error: unknown) => {
  throw error
}

describe('a body that is stored while it is sent', () => {
  it('is sent and stored identically, and stored before its last chunk is sent', async () => {
    const { store, text } = keep()
    let storedAt = ''
    const stored = (body: AsyncIterable<Uint8Array>) =>
      store(body).then(() => {
        storedAt = text()
      })
    const received: string[] = []
    for await (const chunk of storeWhileSending({
      body: bytes(),
      store: async (body) => void (await stored(body)),
      onFailure: never,
    })) {
      received.push(Buffer.from(chunk).toString())
      if (received.length === 3) expect(storedAt).toBe('one two three')
    }
    expect(received.join('')).toBe('one two three')
  })

  it('is not sent to its end if the store finds it wrong', async () => {
    const { store } = keep()
    const refuse = async (body: AsyncIterable<Uint8Array>) => {
      await store(body)
      throw new ChecksumMismatch('other bytes')
    }
    const received: string[] = []
    const sending = async () => {
      for await (const chunk of storeWhileSending({ body: bytes(), store: refuse, onFailure: never }))
        received.push(Buffer.from(chunk).toString())
    }
    await expect(sending()).rejects.toThrow(ChecksumMismatch)
    expect(received).toEqual(['one ', 'two '])
  })

  it.each([
    [
      'before it reads',
      async () => {
        throw new Error('no room')
      },
    ],
    [
      'after a chunk',
      async (body: AsyncIterable<Uint8Array>) => {
        for await (const _ of body) throw new Error('no room')
      },
    ],
  ] as const)('reaches the client even if the store fails %s', async (_, store) => {
    const failures: unknown[] = []
    const body = storeWhileSending({
      body: bytes(),
      store: async (read) => void (await store(read)),
      onFailure: (error) => failures.push(error),
    })
    expect((await buffer(body)).toString()).toBe('one two three')
    expect(failures).toEqual([new Error('no room')])
  })

  it('is not stored as complete if the client leaves or the source breaks', async () => {
    for (const broken of [false, true]) {
      let outcome = ''
      const store = (body: AsyncIterable<Uint8Array>) =>
        keep()
          .store(body)
          .then(
            () => {
              outcome = 'whole'
            },
            () => {
              outcome = 'broken'
            },
          )
      async function* source() {
        yield* chunks
        if (broken) throw new Error('cut')
        yield* chunks
      }
      const sending = storeWhileSending({
        body: source(),
        store: async (body) => void (await store(body)),
        onFailure: never,
      })
      if (broken) await expect(buffer(sending)).rejects.toThrow('cut')
      else for await (const _ of sending) break
      expect(outcome).toBe('broken')
    }
  })

  it('is read no faster than the slower of client and store', async () => {
    let produced = 0
    async function* endless() {
      for (;;) {
        produced++
        yield Buffer.alloc(1)
      }
    }
    const { promise: release, resolve } = Promise.withResolvers<void>()
    const store = async (body: AsyncIterable<Uint8Array>) => {
      for await (const _ of body) await release
      return undefined
    }
    const sending = storeWhileSending({ body: endless(), store, onFailure: never })
    const first = sending.next()
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(produced).toBeLessThan(5)
    resolve()
    await first
    await sending.return(undefined)
  })
})
