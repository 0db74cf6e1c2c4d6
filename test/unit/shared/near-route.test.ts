import { expect, it } from 'vitest'
import { nearRoute } from '../../../shared/http/near-route.ts'
import { cpuMs } from '../../support/cpu-time.ts'

it('finds the nearest route in linear time, however many slashes the path has', () => {
  const slashes = '/'.repeat(100_000)
  const usedMs = cpuMs(() => {
    for (const path of [`${slashes}x`, `/x${slashes}x`]) expect(nearRoute(path, () => true)).toBeUndefined()
    expect(nearRoute(`/x${slashes}`, (path) => path === '/x')).toContain('There is /x,')
  })
  expect(usedMs).toBeLessThan(500)
})
