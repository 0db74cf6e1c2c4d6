import { benchEmbeddings } from './embeddings.ts'

/** Every benchmark, one after the other: `npm run bench`. */
for (const line of await benchEmbeddings()) process.stdout.write(`${line}\n`)
