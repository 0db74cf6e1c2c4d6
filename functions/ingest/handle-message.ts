import { messageOf } from '../../shared/errors.ts'
import { type IngestMessage, ingestMessage } from '../../shared/ingest/message.ts'
import { plainIssues } from '../../shared/plain-issues.ts'
import { type Delivery, receivesMax } from '../../shared/queue/queue.ts'
import type { IngestDependencies } from './dependencies.ts'
import { faults } from './import-fault.ts'
import { failureOf, isKnown, judgeFailure } from './retry.ts'
import { failImport } from './steps/end-import.ts'
import { giveUp } from './steps/give-up.ts'
import { inspect } from './steps/inspect.ts'
import { inspectRevision, lastInspectTry } from './steps/inspect-revision.ts'
import { plan } from './steps/plan.ts'
import { proveUploadStep, refuseUpload } from './steps/prove-upload.ts'
import { publish } from './steps/publish.ts'
import { transfer } from './steps/transfer.ts'
import { verify } from './steps/verify.ts'
import { writeRepoManifest } from './steps/write-repo-manifest.ts'

/**
 * Runs one step of an import. A step that throws is sent again later or ends the import, as `judgeFailure` decides. The
 * message only returns to the queue where that decision cannot be written, or the process dies. Each such return counts
 * as a try, and the last but one ends the import, so that it does not disappear into the dead letters.
 */
export async function handleMessage(
  body: unknown,
  delivery: Delivery,
  dependencies: IngestDependencies,
): Promise<void> {
  const sent = ingestMessage.parse(body, plainIssues)
  const message = { ...sent, attempt: sent.attempt + delivery.receiveCount - 1 }
  const log = dependencies.log.child({ ...subjectOf(message), step: message.step })
  if (delivery.receiveCount >= receivesMax - 1) return endDying(message, { ...dependencies, log })
  try {
    const started = performance.now()
    await runStep(message, delivery.signal, { ...dependencies, log })
    log.debug({ durationMs: Math.round(performance.now() - started), ...pathOf(message) }, `${message.step} done`)
  } catch (error) {
    // A shutdown is nobody's fault, so the same try runs again elsewhere. A timeout counts as a try.
    if (delivery.signal.aborted && !isTimeout(delivery.signal.reason)) return dependencies.queue.send({ message: sent })
    const verdict = judgeFailure({ error, message })
    if (!verdict.retry) {
      if (!isKnown(error))
        log.error({ err: error, ...pathOf(message) }, `${message.step} failed because of this server`)
      if (message.step === 'prove-upload') return refuseUpload(message, dependencies)
      return 'importId' in message ? failImport(message, verdict.failure, dependencies) : undefined
    }
    const { delaySeconds } = verdict
    log.warn(
      { attempt: message.attempt, delaySeconds, ...pathOf(message) },
      `${message.step} tries again: ${messageOf(error)}`,
    )
    await dependencies.queue.send({ message: { ...message, attempt: message.attempt + 1 }, delaySeconds })
  }
}

/** The step has killed its process each time, so it is not started again. */
async function endDying(message: IngestMessage, dependencies: IngestDependencies): Promise<void> {
  if (message.step === 'give-up') return giveUp(message, dependencies)
  if (message.step === 'inspect') return inspect({ ...message, attempt: lastInspectTry }, dependencies)
  if (message.step === 'inspect-revision')
    return void (await inspectRevision({ ...message, attempt: lastInspectTry }, dependencies))
  if (message.step === 'write-repo-manifest') return writeRepoManifest(message, dependencies)
  if (message.step === 'prove-upload') return refuseUpload(message, dependencies)
  const fault = faults.stepDied(message.step, pathOf(message).path)
  return failImport(message, failureOf(fault, message), dependencies)
}

async function runStep(message: IngestMessage, signal: AbortSignal, dependencies: IngestDependencies): Promise<void> {
  switch (message.step) {
    case 'plan':
      return plan(message, dependencies, signal)
    case 'transfer':
      return transfer(message, dependencies, signal)
    case 'verify':
      return verify(message, dependencies, signal)
    case 'publish':
      return publish(message, dependencies)
    case 'give-up':
      return giveUp(message, dependencies)
    case 'inspect':
      return inspect(message, dependencies)
    case 'inspect-revision':
      return void (await inspectRevision(message, dependencies))
    case 'write-repo-manifest':
      return writeRepoManifest(message, dependencies)
    case 'prove-upload':
      return proveUploadStep(message, dependencies, signal)
  }
}

function subjectOf(message: IngestMessage) {
  if ('importId' in message) return { importId: message.importId }
  return 'uploadId' in message ? { uploadId: message.uploadId } : { repoId: message.repoId }
}

const pathOf = (message: IngestMessage): { path?: string } => ('path' in message ? { path: message.path } : {})

const isTimeout = (reason: unknown): boolean => reason instanceof DOMException && reason.name === 'TimeoutError'
