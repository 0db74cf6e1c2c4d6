import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sharedVerifier } from '../../../gpu-service/protocols/shared-verifier.ts'
import type { Principal } from '../../../shared/auth/principal.ts'

const principal = (keyId: string): Principal => ({
  userId: 'u',
  username: 'u',
  role: 'member',
  keyId,
  scopes: ['infer'],
  owners: {},
})

/** A verifier whose lookups end when the test says so, each with the state when it began. */
function lookups(pause: (ms: number) => Promise<unknown> = turn) {
  const open: { token: string | undefined; end: () => void }[] = []
  let isRevoked = false
  const verify = sharedVerifier({
    verify: (token) => {
      const answer = isRevoked ? undefined : principal(`lookup ${open.length}`)
      return new Promise((resolve, reject) => {
        open.push({ token, end: () => (answer === undefined ? reject(new Error('revoked')) : resolve(answer)) })
      })
    },
    pause,
  })
  return {
    verify,
    open,
    revoke: () => {
      isRevoked = true
    },
  }
}

describe('requests with the same key', () => {
  it('share a lookup if they arrive at the same time', async () => {
    const { verify, open } = lookups()
    const requests = Array.from({ length: 16 }, () => verify('t'))
    await turn()
    expect(open).toHaveLength(1)
    open[0]?.end()
    expect(new Set((await Promise.all(requests)).map(({ keyId }) => keyId))).toEqual(new Set(['lookup 0']))
  })

  it('continue one after another when they are answered, each as far as it can', async () => {
    const { verify, open } = lookups()
    const steps: string[] = []
    const request = async (name: string) => {
      await verify('t')
      for (let step = 0; step < 3; step++) {
        steps.push(name)
        await new Promise((resolve) => process.nextTick(resolve))
      }
    }
    const requests = ['a', 'b', 'c'].map(request)
    await turn()
    open[0]?.end()
    await Promise.all(requests)
    expect(steps.join('')).toBe('aaabbbccc')
  })

  it('do not wait if the key is known without a lookup', async () => {
    const holder = principal('known')
    const verify = sharedVerifier({ verify: () => Promise.reject(new Error('looked up')), known: () => holder })
    expect(await verify('t')).toBe(holder)
  })

  it('share only a lookup that began after they arrived', async () => {
    const { verify, open } = lookups()
    const first = verify('t')
    await turn()
    const later = [verify('t'), verify('t'), verify('t')]
    await turn()
    expect(open).toHaveLength(1)
    open[0]?.end()
    expect((await first).keyId).toBe('lookup 0')
    await turn()
    expect(open).toHaveLength(2)
    const last = verify('t')
    open[1]?.end()
    for (const request of later) expect((await request).keyId).toBe('lookup 1')
    await turn()
    open[2]?.end()
    expect((await last).keyId).toBe('lookup 2')
    expect(open).toHaveLength(3)
  })

  it('are refused if they arrive after its revocation, even during an earlier lookup', async () => {
    const { verify, open, revoke } = lookups()
    const before = verify('t')
    await turn()
    revoke()
    const after = expect(verify('t')).rejects.toThrow('revoked')
    open[0]?.end()
    await before
    await turn()
    open[1]?.end()
    await after
  })

  it('are looked up again after a refusal, and forgotten when none is waiting', async () => {
    const { verify, open, revoke } = lookups()
    revoke()
    for (let round = 0; round < 2; round++) {
      const refused = expect(verify('t')).rejects.toThrow('revoked')
      await turn()
      open[round]?.end()
      await refused
    }
    expect(open).toHaveLength(2)
  })

  it('do not wait for another key', async () => {
    const { verify, open } = lookups()
    void verify('slow')
    const quick = verify('quick')
    await turn()
    open[1]?.end()
    expect((await quick).keyId).toBe('lookup 1')
  })

  it('take one lookup at a time, however many arrive', async () => {
    let running = 0
    let most = 0
    let all = 0
    const verify = sharedVerifier({
      verify: async () => {
        all++
        most = Math.max(most, ++running)
        await turn()
        running--
        return principal('k')
      },
      pause: turn,
    })
    const requests: Promise<Principal>[] = []
    for (let round = 0; round < 50; round++) {
      for (let count = 0; count < 20; count++) requests.push(verify('t'))
      await turn()
    }
    await Promise.all(requests)
    expect(most).toBe(1)
    expect(all).toBeLessThanOrEqual(51)
  })

  it('delay the next lookup the longer, the more of them the last one answered, and not at all for one', async () => {
    const pauses: number[] = []
    const { verify, open } = lookups(async (ms) => void pauses.push(ms))
    const ask = (count: number) => Array.from({ length: count }, () => verify('t'))
    const end = async (lookup: number) => {
      await turn()
      open[lookup]?.end()
      // The next one begins a turn later.
      await turn()
      await turn()
    }
    ask(1)
    await turn()
    // These wait for the second lookup, after one that answered one request.
    ask(9)
    await end(0)
    expect(pauses).toEqual([])
    ask(1000)
    await end(1)
    expect(pauses).toEqual([2])
    ask(1)
    await end(2)
    expect(pauses).toEqual([2, 3])
    await end(3)
    expect(open).toHaveLength(4)
  })
})
