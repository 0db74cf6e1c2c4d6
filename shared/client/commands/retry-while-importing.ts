import { ApiError } from '../api-error.ts'
import type { Invocation } from '../command.ts'
import { poll } from '../poll.ts'
import { createProgress } from '../terminal.ts'

/** As long as `deploy` waits for a deployment. */
const patienceMs = 10 * 60_000

const progressOf: Readonly<Record<string, string>> = {
  import_under_way: 'is being imported',
  still_inspected: 'is being inspected',
}

/**
 * Repeats a question until the running or just finished import has brought the model. @throws ApiError on any other
 * refusal, or when it takes too long
 */
export async function retryWhileImporting<Answer>(ask: () => Promise<Answer>, invocation: Invocation): Promise<Answer> {
  const { terminal, options, parameters } = invocation
  if (options.detach === true) return ask()
  const attempt = () =>
    ask().catch((error) => {
      if (error instanceof ApiError && Object.hasOwn(progressOf, error.code)) return error
      throw error
    })
  const progress = createProgress(terminal)
  const until = progress.clock.now() + patienceMs
  const answer = await poll<Answer | ApiError>({
    first: await attempt(),
    isOver: (now) => !(now instanceof ApiError) || progress.clock.now() >= until,
    look: attempt,
    show: (now) => now instanceof ApiError && progress.show(`${parameters.join(', ')}: ${progressOf[now.code]}`),
    goesOn: 'The import continues on the server; repeat the command to deploy the model.',
    everyMs: 500,
    progress,
  })
  if (answer instanceof ApiError) throw answer
  return answer
}
