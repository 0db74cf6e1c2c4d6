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

describe('bytes that are stored while they are sent', () => {
  it('are the same there and here, and stored when the last of them is sent', async () => {
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

  it('are never sent to their end where the store says that they are wrong', async () => {
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
  ] as const)('reach the client also where the store fails %s', async (_, store) => {
    const failures: unknown[] = []
    const body = storeWhileSending({
      body: bytes(),
      store: async (read) => void (await store(read)),
      onFailure: (error) => failures.push(error),
    })
    expect((await buffer(body)).toString()).toBe('one two three')
    expect(failures).toEqual([new Error('no room')])
  })

  it('are not taken for whole by the store when the client leaves, or the source breaks off', async () => {
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

  it('come no faster than the slower of the two takes them', async () => {
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
