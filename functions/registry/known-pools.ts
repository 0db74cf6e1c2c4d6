import { errors } from '../../shared/errors.ts'
import { type DeviceOfOptions, deviceOfPools } from '../../shared/repos/pool-devices.ts'
import { defaultPool } from '../../shared/table/deployment-item.ts'

export type KnownPoolsOptions = DeviceOfOptions

/** The configured pools, and the device of each. */
export function knownPools(options: KnownPoolsOptions) {
  const configured = new Set(Object.keys(options.poolDevices ?? {}))

  /** @throws AppError `pool_not_found`, because a deployment in an unknown pool would never be served */
  const requirePool = (pool = defaultPool): void => {
    if (configured.size > 0 && !configured.has(pool)) throw errors.poolNotFound(pool, [...configured])
  }

  return { deviceOf: deviceOfPools(options), requirePool }
}
