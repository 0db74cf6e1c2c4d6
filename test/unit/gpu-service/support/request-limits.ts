import { DayUse } from '../../../../gpu-service/deployments/day-use.ts'
import { RequestLimits } from '../../../../gpu-service/deployments/request-limits.ts'
import { createLogger } from '../../../../shared/log.ts'

const log = createLogger({ level: 'silent', name: 'test' })

/** The limits of one deployment on a clock and a table of the test's. */
export function startLimits({ replicas = 1 } = {}) {
  const state = { nowMs: Date.parse('2026-11-20T12:00:00.000Z'), replicas, inTable: 0, isTableDown: false }
  const now = () => state.nowMs
  const counted: unknown[] = []
  const use = new DayUse({
    add: async ({ requests }) => {
      if (state.isTableDown) throw new Error('the table does not answer')
      state.inTable += requests
      return state.inTable
    },
    now,
    log,
  })
  const limits = new RequestLimits({
    deployment: 'd',
    replicaCount: () => state.replicas,
    use,
    now,
    count: (caller) => void counted.push(caller),
  })
  const ask = () => {
    try {
      limits.admit(undefined)
      return 'in'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const askTimes = (times: number) => Array.from({ length: times }, ask).filter((outcome) => outcome === 'in').length
  return { state, use, limits, ask, askTimes, counted }
}
