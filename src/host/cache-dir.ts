import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Fluxkit keeps its caches: `FLUXKIT_CACHE`, else `XDG_CACHE_HOME/fluxkit`, else `~/.cache/fluxkit`. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  return env['FLUXKIT_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fluxkit')
}
