import { expect, it } from 'vitest'
import { InFlight } from '../../../../gpu-service/models/in-flight.ts'

/** A function that tells whether the promise is fulfilled. */
async function seen(promise: Promise<void>): Promise<() => boolean> {
  let isOver = false
  promise.then(() => {
    isOver = true
  })
  return () => isOver
}
const aMoment = () => new Promise((resolve) => setImmediate(resolve))

it('waits for what is in flight, not for what comes later', async () => {
  const flights = new InFlight()
  const [first, second] = [flights.enter(), flights.enter()]
  const isOver = await seen(flights.before())
  const later = flights.enter()
  first()
  first()
  await aMoment()
  expect(isOver()).toBe(false)
  second()
  await aMoment()
  expect([isOver(), flights.count]).toEqual([true, 1])
  later()
  await flights.none()
})

it('waits for everything earlier, including what an earlier wait is for', async () => {
  const flights = new InFlight()
  const first = flights.enter()
  const one = await seen(flights.before())
  const second = flights.enter()
  const two = await seen(flights.before())
  const three = await seen(flights.before())
  second()
  await aMoment()
  expect([one(), two(), three()]).toEqual([false, false, false])
  first()
  await aMoment()
  expect([one(), two(), three()]).toEqual([true, true, true])
  await flights.before()
})
