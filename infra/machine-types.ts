/** The minimum over some machine types; absent where one is unknown. */
export interface LeastMachine {
  vCpus?: number
  memoryGiBPerVCpu?: number
  /** Of one GPU, in GB. */
  gpuMemoryGb?: number
}

const gpuFamilies: Record<string, Required<Omit<LeastMachine, 'vCpus'>>> = {
  g4dn: { memoryGiBPerVCpu: 4, gpuMemoryGb: 16 },
  g5: { memoryGiBPerVCpu: 4, gpuMemoryGb: 24 },
  g6: { memoryGiBPerVCpu: 4, gpuMemoryGb: 24 },
  gr6: { memoryGiBPerVCpu: 8, gpuMemoryGb: 24 },
  g6e: { memoryGiBPerVCpu: 8, gpuMemoryGb: 48 },
}

/** By family: compute, general and memory-optimised, such as c7i, m7a and r8i. */
const memoryGiBPerVCpu: Record<string, number> = { c: 2, m: 4, r: 8 }

/** Types by name, such as `g6.xlarge` or `g6.*`. */
export function leastMachine(instanceTypes: readonly string[]): LeastMachine {
  const known = instanceTypes.map((type) => {
    const [family = '', size = ''] = type.split('.')
    const [, letter = ''] = /^([cmr])\d/.exec(family) ?? []
    return { vCpus: vCpusOf(size), memoryGiBPerVCpu: memoryGiBPerVCpu[letter], ...gpuFamilies[family] }
  })
  const sizes = known.flatMap(({ vCpus }) => vCpus ?? [])
  return {
    // A wildcard includes a size that fits.
    ...(sizes.length > 0 && { vCpus: Math.min(...sizes) }),
    ...least('memoryGiBPerVCpu', known),
    ...least('gpuMemoryGb', known),
  }
}

function least<Name extends keyof LeastMachine>(name: Name, known: readonly { [It in Name]?: number | undefined }[]) {
  const values = known.map((machine) => machine[name])
  return values.some((value) => value === undefined) ? {} : { [name]: Math.min(...values.map((value) => value ?? 0)) }
}

function vCpusOf(size: string): number | undefined {
  if (size === 'large') return 2
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? []
  return times === undefined ? undefined : 4 * Number(times || 1)
}
