import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/temporary-folder.ts'],
    // Some tests use the runtime without an engine process, which would switch its telemetry off.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    pool: 'forks',
    // Each file starts servers and engines of its own; more files at once than cores only makes each slower.
    maxWorkers: 2,
    // What waits for a state or ends at all may take this long on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', new ClosingLine()],
  },
})
