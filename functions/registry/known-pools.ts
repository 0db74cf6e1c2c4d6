import { errors } from '../../shared/errors.ts'
import { type DeviceOfOptions, deviceOfPools } from '../../shared/repos/pool-devices.ts'
import { defaultPool } from '../../shared/table/deployment-item.ts'

export type KnownPoolsOptions = DeviceOfOptions

/** Which pools there are, where they are configured, and what each runs models on. */
export function knownPools(options: KnownPoolsOptions) {
  const configured = new Set(Object.keys(options.poolDevices ?? {}))

  /** @throws AppError `pool_not_found`, for deployments of a pool that no stage has would be unanswered for ever */
  const requirePool = (pool = defaultPool): void => {
    if (configured.size > 0 && !configured.has(pool)) throw errors.poolNotFound(pool, [...configured])
  }

  return { deviceOf: deviceOfPools(options), requirePool }
}
