import { vi } from 'vitest'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { EvictionReason, Resident } from '../../../../gpu-service/models/resident.ts'

export const loadMs = 100

/** Models of one size on a fake clock, and a record of their loads and evictions. */
export function startResidency({ places, sizeBytes = 10 }: { places: number; sizeBytes?: number }) {
  const story: string[] = []
  const evictions: EvictionReason[] = []
  const residency = new Residency({
    maxBytes: places * 10,
    waitMsMax: 15_000,
    now: () => Date.now(),
    onEviction: (reason) => evictions.push(reason),
  })
  let held = 0
  let heldMost = 0
  const model = (name: string, change: Partial<Resident> = {}) => {
    const made = {
      name,
      sizeBytes,
      isBusy: false,
      idleMsMax: undefined as number | undefined,
      loadMs,
      async loadIntoEngines() {
        held += made.sizeBytes
        heldMost = Math.max(heldMost, held)
        await new Promise((resolve) => setTimeout(resolve, loadMs))
        story.push(`${name} in`)
      },
      async unloadFromEngines() {
        held -= made.sizeBytes
        story.push(`${name} out`)
      },
      unloaded() {},
      ...change,
    }
    return made
  }
  /** Another deployment of the same model wants it kept loaded. */
  const keep = (kept: ReturnType<typeof model>) => {
    kept.idleMsMax = undefined
    residency.idleLimitChanged(kept)
  }
  return { residency, model, keep, story, evictions, heldMost: () => heldMost }
}

/** Advances the clock. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
