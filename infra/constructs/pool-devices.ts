import type { StageConfig } from '../stage-config.ts'

/**
 * The device of each pool, for choosing model files: a replica may not have reported yet, or may have run on other
 * machines.
 */
export const devicesOf = ({ gpu }: StageConfig): Record<string, string> =>
  gpu === undefined
    ? {}
    : { SLIPWAY_POOL_DEVICES: JSON.stringify(Object.fromEntries(gpu.pools.map(({ name, device }) => [name, device]))) }
