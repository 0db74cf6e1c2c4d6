import type { Engine } from '../../../../gpu-service/engine/engine.ts'

/** An engine that has done at once whatever it is asked. */
export const instantEngine = (): Engine => ({
  load: () => Promise.resolve(),
  run: () => Promise.resolve({}),
  unload: () => Promise.resolve(),
  restored: () => Promise.resolve(),
  close: () => Promise.resolve(),
})
