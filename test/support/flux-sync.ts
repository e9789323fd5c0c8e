/** What a bootstrap leaves of a cluster in `clusters/one`: the source of the repository, and the Kustomization of the folder. */
export const fluxSync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 1m, url: https://example.com/fleet, ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: 10m, path: ./clusters/one, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
`
