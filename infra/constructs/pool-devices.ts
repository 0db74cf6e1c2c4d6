import type { StageConfig } from '../stage-config.ts'

/** What each pool runs models on, for who chooses files by it: a replica may not have told yet, or of other machines. */
export const devicesOf = ({ gpu }: StageConfig): Record<string, string> =>
  gpu === undefined
    ? {}
    : { SLIPWAY_POOL_DEVICES: JSON.stringify(Object.fromEntries(gpu.pools.map(({ name, device }) => [name, device]))) }
