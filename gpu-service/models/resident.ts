/** A model that can be loaded and unloaded. */
export interface Resident {
  /** For error messages. */
  readonly name: string
  /** Its size in all engines together, as far as known; before a measurement, the size of its files. */
  readonly sizeBytes: number
  /** Whether it is running, or has waiting work. */
  readonly isBusy: boolean
  /** The duration of the last load. */
  readonly loadMs: number | undefined
  /** How long it stays loaded without work; `undefined` for forever. */
  readonly idleMsMax: number | undefined
  /** Loads it into every engine. */
  enter(): Promise<void>
  /** Starts no run, waits for the current ones, and unloads it. Never rejects. */
  leave(): Promise<void>
  /** Called when it was evicted. */
  left(): void
}

export type EvictionReason = 'memory' | 'idle' | 'unload'
