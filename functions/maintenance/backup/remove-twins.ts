import type { ApiKeyItem } from '../../../shared/table/api-keys.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Phase } from '../jobs/phase.ts'
import { scanSome } from '../read-pages.ts'

/**
 * A key that was there before has the same secret as one in the backup and another id: the admin's, which a server
 * makes for itself at its start. It stays under the id by which it is found.
 */
export const removeTwins: Phase = {
  name: 'keys that are there twice',
  run: (step) =>
    scanSome(step, async (items) => {
      for (const { pk, sk, sha256, id } of items) {
        if (!pk.startsWith('USER#') || !sk.startsWith('KEY#') || typeof sha256 !== 'string') continue
        const found = await step.parts.table.get<ApiKeyItem>(keys.apiKey(sha256))
        if (found !== undefined && found.id !== id) await step.parts.table.delete({ pk, sk })
      }
    }),
}
