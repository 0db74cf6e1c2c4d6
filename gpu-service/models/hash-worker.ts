import { parentPort, workerData } from 'node:worker_threads'
import { sha256File } from '../engine/sha256-file.ts'

/** The thread that reads a file from its first byte to its last, so that the one that serves HTTP does not. */
parentPort?.postMessage(sha256File(String(workerData)))
