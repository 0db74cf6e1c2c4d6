import { messageOf } from '../../shared/errors.ts'
import { type IngestMessage, ingestMessage } from '../../shared/ingest/message.ts'
import type { Delivery } from '../../shared/queue/queue.ts'
import type { IngestDependencies } from './dependencies.ts'
import { judgeFailure } from './retry.ts'
import { failImport } from './steps/end-import.ts'
import { inspect } from './steps/inspect.ts'
import { plan } from './steps/plan.ts'
import { publish } from './steps/publish.ts'
import { transfer } from './steps/transfer.ts'
import { verify } from './steps/verify.ts'

/**
 * Does one step of an import. A step that throws is sent again later or ends the import, as `judgeFailure` decides;
 * only when that cannot be written does the message go back to the queue.
 */
export async function handleMessage(
  body: unknown,
  delivery: Delivery,
  dependencies: IngestDependencies,
): Promise<void> {
  const message = ingestMessage.parse(body)
  const log = dependencies.log.child({ importId: message.importId, step: message.step })
  try {
    const started = performance.now()
    await runStep(message, delivery.signal, { ...dependencies, log })
    log.debug({ durationMs: Math.round(performance.now() - started), ...pathOf(message) }, `${message.step} done`)
  } catch (error) {
    // The host is going down, which is nobody's fault: the same try is made again elsewhere. Time that ran out counts.
    if (delivery.signal.aborted && !isTimeout(delivery.signal.reason)) return dependencies.queue.send({ message })
    const verdict = judgeFailure({ error, message })
    if (!verdict.retry) return failImport(message, verdict.failure, dependencies)
    const { delaySeconds } = verdict
    log.warn(
      { attempt: message.attempt, delaySeconds, ...pathOf(message) },
      `${message.step} tries again: ${messageOf(error)}`,
    )
    await dependencies.queue.send({ message: { ...message, attempt: message.attempt + 1 }, delaySeconds })
  }
}

function runStep(message: IngestMessage, signal: AbortSignal, dependencies: IngestDependencies): Promise<void> {
  switch (message.step) {
    case 'plan':
      return plan(message, dependencies, signal)
    case 'transfer':
      return transfer(message, dependencies, signal)
    case 'verify':
      return verify(message, dependencies, signal)
    case 'publish':
      return publish(message, dependencies)
    case 'inspect':
      return inspect(message, dependencies)
  }
}

const pathOf = (message: IngestMessage) => ('path' in message ? { path: message.path } : {})

const isTimeout = (reason: unknown): boolean => reason instanceof DOMException && reason.name === 'TimeoutError'
