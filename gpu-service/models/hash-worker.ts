import { parentPort, workerData } from 'node:worker_threads'
import { sha256File } from '../engine/sha256-file.ts'

/** Hashes a file off the thread that serves HTTP. */
parentPort?.postMessage(sha256File(String(workerData)))
