import { allImportFiles, allImportParts, type ImportFileItem } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Sends a transfer message for each missing part of a file, or the one that verifies it where none is missing. */
export async function sendTransfers(
  { importId, file }: { importId: string; file: ImportFileItem },
  { table, queue }: IngestDependencies,
): Promise<void> {
  const { path, partsTotal } = file
  const done = new Set<number>()
  for await (const part of allImportParts(table, importId, file)) done.add(part.partNumber)
  const missing = Array.from({ length: partsTotal }, (_, index) => index + 1).filter((part) => !done.has(part))
  if (missing.length === 0) return queue.send({ message: { step: 'verify', importId, path, attempt: 1 } })
  await queue.sendMany({
    messages: missing.map((partNumber) => ({ step: 'transfer' as const, importId, path, partNumber, attempt: 1 })),
  })
}

/** Sends the remaining messages of every unfinished file. @returns whether there are any */
export async function sendPending(importId: string, dependencies: IngestDependencies): Promise<boolean> {
  let waiting = false
  for await (const file of allImportFiles(dependencies.table, importId)) {
    if (file.state === 'done') continue
    waiting = true
    await sendTransfers({ importId, file }, dependencies)
  }
  return waiting
}
