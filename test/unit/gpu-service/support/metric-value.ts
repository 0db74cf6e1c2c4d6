import type { TestServing } from './test-serving.ts'

/** The value of the first line of the metrics that begins so, and 0 where there is none. */
export async function metricValue({ metrics }: Pick<TestServing, 'metrics'>, start: string): Promise<number> {
  const lines = (await metrics.registry.metrics()).split('\n')
  return Number(
    lines
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1) ?? 0,
  )
}
