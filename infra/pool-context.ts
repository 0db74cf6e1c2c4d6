import * as z from 'zod'
import { poolName } from '../shared/contract/deployment-settings.ts'
import { type LeastMachine, leastMachine } from './machine-types.ts'
import { poolsOnOnePort } from './pool-port.ts'

/** The HTTP API ends a request after 30 seconds with a less helpful error. */
const requestMsMax = 29_000

/** Defaults of a pool. */
export const poolDefaults = {
  cuda: { instanceTypes: ['g6.*', 'g5.*', 'g4dn.*'], diskGiB: 150 },
  // With the instructions that make int8 fast.
  cpu: { instanceTypes: ['m7i.*', 'm7a.*'], diskGiB: 80 },
}

const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}
const bytes = whole(1, Number.MAX_SAFE_INTEGER)

const pool = z
  .strictObject({
    device: z.enum(['cuda', 'cpu'], 'must be "cuda" or "cpu"').default('cuda'),
    instanceTypes: z
      .array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9*-]+$/, 'must be like "g6.xlarge" or "g6.*"'))
      .min(1)
      .optional(),
    vCpus: whole(2, 192).optional(),
    memoryGiB: whole(4, 1536).optional(),
    diskGiB: whole(30, 16_384).optional(),
    replicasMin: whole(1, 1000).default(1),
    replicasMax: whole(1, 1000).optional(),
    modelMemoryBytes: bytes.optional(),
    cacheBytes: bytes.optional(),
    requestTimeoutMs: whole(1, requestMsMax).default(requestMsMax),
    remoteImages: z.boolean('must be true or false').default(false),
    engines: whole(1, 256).optional(),
    intraOpThreads: whole(1, 256).optional(),
  })
  .refine(({ replicasMin, replicasMax }) => replicasMax === undefined || replicasMax >= replicasMin, {
    path: ['replicasMax'],
    message: 'must be at least replicasMin',
  })
  .refine((given) => given.memoryGiB !== undefined || machineOf(given).memoryGiBPerVCpu !== undefined, {
    path: ['memoryGiB'],
    message: 'is needed, because the size of these machines is not known',
  })
  .refine((given) => given.modelMemoryBytes !== undefined || given.device === 'cpu' || machineOf(given).gpuMemoryGb, {
    path: ['modelMemoryBytes'],
    message: 'is needed, because the GPU memory of these machines is not known',
  })

/** The pools by name, as in cdk.json, or as text from `-c pools='{"default": {…}}'`. */
export const poolsContext = z
  .preprocess(
    (given) => (typeof given === 'string' ? parseJson(given) : given),
    z.record(poolName, pool, 'must be JSON, like {"default": {"device": "cuda"}, "cpu": {"device": "cpu"}}'),
  )
  .refine((pools) => 'default' in pools, 'must have one named "default", for deployments without a pool')
  .superRefine((pools, context) => {
    const [first, second] = poolsOnOnePort(Object.keys(pools)) ?? []
    const message = `would be on the same port of the load balancer as "${first}"; give the newer one another name`
    if (second !== undefined) context.addIssue({ code: 'custom', path: [second], message })
  })
  .default({ default: pool.parse({}) })

interface Machines {
  device: keyof typeof poolDefaults
  instanceTypes?: readonly string[] | undefined
}

/** The smallest machine that a replica of the pool may run on. */
export function machineOf({ device, instanceTypes = poolDefaults[device].instanceTypes }: Machines): LeastMachine {
  return leastMachine(instanceTypes)
}

export type PoolsContext = z.output<typeof poolsContext>

/** Invalid JSON stays text, which the schema refuses. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
