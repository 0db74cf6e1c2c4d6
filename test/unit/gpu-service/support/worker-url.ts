export const workerUrl = new URL('../../../../gpu-service/engine/worker.ts', import.meta.url)
