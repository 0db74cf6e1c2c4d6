import type { TestServing } from './test-serving.ts'

/** The value of the first metric line with this prefix, 0 without one. */
export async function metricValue({ metrics }: Pick<TestServing, 'metrics'>, start: string): Promise<number> {
  const lines = (await metrics.registry.metrics()).split('\n')
  return Number(
    lines
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1) ?? 0,
  )
}
