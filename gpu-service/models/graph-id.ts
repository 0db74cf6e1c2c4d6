/** What the engines know one graph of a model by. */
export const graphId = ({ modelId, graph }: { modelId: string; graph: string }): string => `${modelId} ${graph}`

export const modelIdOf = (id: string): string => id.slice(0, id.lastIndexOf(' '))
