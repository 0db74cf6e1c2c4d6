/** The formats of MLflow's scoring protocol: a body has exactly one of these, and optional `params`. */
export const formats = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const

/** Translates the value of each format. */
export type Readers = Record<(typeof formats)[number], (value: unknown) => unknown>
