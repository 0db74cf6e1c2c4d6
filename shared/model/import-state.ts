/** The life of an import. A state is left only by condition on it, so a late or repeated message changes nothing. */
export const importStates = ['PENDING', 'TRANSFERRING', 'INSPECTING', 'READY', 'FAILED'] as const
export type ImportState = (typeof importStates)[number]

export const isActiveImport = (state: ImportState): boolean => state !== 'READY' && state !== 'FAILED'
