import { expect, it } from 'vitest'
import { nearRoute } from '../../../shared/http/near-route.ts'

it('is looked for in no time, however many slashes a path has', () => {
  const startedMs = performance.now()
  for (const path of [`${'/'.repeat(100_000)}x`, `/x${'/'.repeat(100_000)}x`])
    expect(nearRoute(path, () => true)).toBeUndefined()
  expect(nearRoute(`/x${'/'.repeat(100_000)}`, (path) => path === '/x')).toContain('There is /x,')
  expect(performance.now() - startedMs).toBeLessThan(500)
})
