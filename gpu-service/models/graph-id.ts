/** The engines' id of one graph of a model. */
export const graphId = ({ modelId, graph }: { modelId: string; graph: string }): string => `${modelId} ${graph}`

export const modelIdOf = (id: string): string => id.slice(0, id.lastIndexOf(' '))
