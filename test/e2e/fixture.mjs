/** The fleet that the test opens: a copy of flux2-kustomize-helm-example, with a plain workload and a mistake added. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './setup.mjs'

const name = 'flux2-kustomize-helm-example'

const added = {
  // The fleet's own workloads all come from charts; this one needs none.
  'clusters/staging/web.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/web
  prune: true
  wait: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
  'apps/web/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: docker.io/library/nginx:1.27.0
`,
  'apps/web/namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: web
`,
  // A name with a slip: nothing declares this source.
  'clusters/staging/shop.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/web
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-sytem
`,
}

/** Line (from 1) of the mistake in `clusters/staging/shop.yaml`. */
export const mistakeLine = 12

/** A kubeconfig whose one context leads to a port where nobody listens. */
export const unreachableKubeconfig = `apiVersion: v1
kind: Config
current-context: unreachable
clusters:
  - name: unreachable
    cluster:
      server: https://127.0.0.1:1
users:
  - name: nobody
    user: {}
contexts:
  - name: unreachable
    context:
      cluster: unreachable
      user: nobody
`

/**
 * Unpacks the fleet into a folder and makes it a clone of its repository.
 * @param more files to add, by path.
 * @returns its path; `undefined` without fleets.
 */
export function makeFleet(folder, more) {
  const archive = join(
    process.env['FLUXKIT_FLEETS'] ?? join(dirname(root.replace(/\/$/, '')), 'shared', 'fleets'),
    `${name}.tar.gz`,
  )
  if (!existsSync(archive)) return undefined
  run('tar', ['xzf', archive, '-C', folder])
  const path = join(folder, name)
  for (const [file, text] of Object.entries({ ...added, ...more })) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), text)
  }
  const git = (...args) => run('git', ['-C', path, '-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com', ...args])
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', `https://github.com/fluxcd/${name}`)
  git('add', '.')
  git('commit', '--quiet', '--message', 'The fleet')
  return path
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${result.stderr}`)
}
