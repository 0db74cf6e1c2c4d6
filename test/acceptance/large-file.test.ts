import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { measureTransfer } from '../bench/transfer-memory.ts'

/**
 * More than the server's memory limit here, so that it cannot have held the whole file. `npm run bench` does the same
 * with 2 GiB.
 */
const sizeBytes = 512 * 1024 ** 2
const rssMaxBytes = 300e6

it.skipIf(!existsSync('/proc/self/status'))(
  'streams a large file through the local host in both directions without holding it in memory',
  async () => {
    const { upload, download } = await measureTransfer({ sizeBytes })
    expect(upload.rssMaxBytes).toBeLessThan(rssMaxBytes)
    expect(download.rssMaxBytes).toBeLessThan(rssMaxBytes)
    // A measurement that never ran would pass the limit, too.
    expect(Math.min(upload.rssMaxBytes, download.rssMaxBytes)).toBeGreaterThan(30e6)
  },
)
