import type { StepMessage } from '../../../shared/ingest/message.ts'
import { allImportFiles, getImport } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { failureOf } from '../retry.ts'
import { failImport } from './end-import.ts'
import { inspect } from './inspect.ts'
import { lastInspectTry } from './inspect-revision.ts'

/**
 * Ends an import that makes no progress: failed, naming a file it waits for, or, if it is already published, without
 * metadata.
 */
export async function giveUp({ importId }: StepMessage<'give-up'>, dependencies: IngestDependencies): Promise<void> {
  const item = await getImport(dependencies.table, importId)
  if (item?.state === 'INSPECTING') return inspect({ step: 'inspect', importId, attempt: lastInspectTry }, dependencies)
  if (item?.state !== 'PENDING' && item?.state !== 'TRANSFERRING') return
  const path = await firstPending(importId, dependencies)
  const at = { importId, attempt: 1 }
  const message =
    item.state === 'PENDING'
      ? ({ step: 'plan', ...at } as const)
      : path === undefined
        ? ({ step: 'publish', ...at } as const)
        : ({ step: 'verify', path, ...at } as const)
  await failImport(message, failureOf(faults.stoodStill(path), message), dependencies)
}

async function firstPending(importId: string, { table }: IngestDependencies): Promise<string | undefined> {
  for await (const { path, state } of allImportFiles(table, importId)) if (state === 'pending') return path
  return undefined
}
