/** A model that can be loaded and unloaded. */
export interface Resident {
  /** For error messages. */
  readonly name: string
  /** Its estimated memory in all engines together; the size of its files until the first measurement. */
  readonly sizeBytes: number
  /** Whether it is running, or has waiting work. */
  readonly isBusy: boolean
  /** The duration of the last load. */
  readonly loadMs: number | undefined
  /** How long it stays loaded without work; `undefined` for forever. */
  readonly idleMsMax: number | undefined
  /** Loads it into every engine. */
  loadIntoEngines(): Promise<void>
  /** Starts no run, waits for the current ones, and unloads it. Never rejects. */
  unloadFromEngines(): Promise<void>
  /** Called after it was unloaded. */
  unloaded(): void
}

export type EvictionReason = 'memory' | 'idle' | 'unload'
