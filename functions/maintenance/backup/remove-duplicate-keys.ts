import type { ApiKeyItem } from '../../../shared/table/api-keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Phase } from '../jobs/phase.ts'
import { scanSome } from '../read-pages.ts'

/**
 * The built-in admin's key may exist under two ids with one secret, from before and from the backup. Keeps the id under
 * which it is found.
 */
export const removeDuplicateKeys: Phase = {
  name: 'duplicate keys',
  run: (step) =>
    scanSome(step, async (items) => {
      for (const { pk, sk, sha256, id } of items) {
        if (!pk.startsWith('USER#') || !sk.startsWith('KEY#') || typeof sha256 !== 'string') continue
        const found = await step.parts.table.get<ApiKeyItem>(keys.apiKey(sha256))
        if (found !== undefined && found.id !== id) await step.parts.table.delete({ pk, sk })
      }
    }),
}
