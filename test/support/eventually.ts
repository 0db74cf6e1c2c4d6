import { setTimeout as wait } from 'node:timers/promises'

/** Asks again until the answer is enough. @throws Error with the last answer after `timeoutMs` */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  enough: (answer: Answer) => boolean,
  timeoutMs = 30_000,
): Promise<Answer> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (enough(answer)) return answer
    if (performance.now() > until) throw new Error(`not in time; the last answer was ${JSON.stringify(answer)}`)
    await wait(50)
  }
}
