import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import type { Phase } from '../jobs/phase.ts'
import { condemnBlobs, condemnHeld, rememberRound } from './condemn.ts'
import { leftovers } from './leftovers.ts'
import { markPhase } from './mark.ts'
import { beginPurges, finishPurges } from './purge.ts'
import { beginRound, endRound, removeCondemned } from './remove.ts'
import { orphanManifests, ownStaging, staleStaging, staleUploads } from './stale-objects.ts'

const looking: Phase[] = [
  rememberRound,
  beginPurges,
  finishPurges,
  leftovers,
  markPhase('needed'),
  condemnHeld,
  condemnBlobs,
]
const removing: Phase[] = [beginRound, markPhase('needed still'), removeCondemned, endRound]
const tidying: Phase[] = [staleStaging, staleUploads, orphanManifests, ownStaging]

/** Mark and sweep, safe beside imports and commits, as `shared/table/sweeps.ts` explains. A dry run only reports. */
export const gcPhases = ({ dryRun = false }: MaintenanceOptions): Phase[] => [
  ...looking,
  ...(dryRun ? [] : removing),
  ...tidying,
]
