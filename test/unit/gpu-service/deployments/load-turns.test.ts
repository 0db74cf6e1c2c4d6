import { expect, it } from 'vitest'
import { LoadTurns } from '../../../../gpu-service/deployments/load-turns.ts'

const aTurn = () => new Promise((resolve) => setImmediate(resolve))

function slots(count: number) {
  const state = { running: 0, most: 0, loads: [] as number[], end: [] as (() => void)[] }
  const all = Array.from({ length: count }, (_, n) => ({
    isDue: true,
    async load() {
      this.isDue = false
      state.loads.push(n)
      state.most = Math.max(state.most, ++state.running)
      await new Promise<void>((resolve) => state.end.push(resolve))
      state.running--
    },
  }))
  return { state, all }
}

it('loads a thousand models a few at a time, each once, in order', async () => {
  const { state, all } = slots(1000)
  const turns = new LoadTurns({ concurrency: 8 })
  const loads = all.map((slot) => turns.take(slot))
  // The next pass still finds them due.
  expect(all.slice(8).map((slot) => turns.take(slot))).toEqual(Array(992).fill(undefined))
  while (state.loads.length < 1000 || state.running > 0) {
    await aTurn()
    for (const end of state.end.splice(0)) end()
  }
  await Promise.all(loads)
  expect(state.most).toBe(8)
  expect(state.loads).toEqual(all.map((_, n) => n))
})

it('skips a model that was given up before its turn', async () => {
  const { state, all } = slots(3)
  const turns = new LoadTurns({ concurrency: 1 })
  const loads = all.map((slot) => turns.take(slot))
  for (const slot of all.slice(1, 2)) slot.isDue = false
  for (let times = 0; times < 5; times++) {
    await aTurn()
    for (const end of state.end.splice(0)) end()
  }
  await Promise.all(loads)
  expect(state.loads).toEqual([0, 2])
})
