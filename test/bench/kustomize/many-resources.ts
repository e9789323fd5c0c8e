/** One kustomization with many resources of the usual kinds, a prefix, labels, an image, a namespace and a patch. */
export function manyResources(count: number): Record<string, string> {
  const documents: string[] = []
  for (let i = 0; i < count; i++) documents.push(makers[i % makers.length]!(i))
  return { 'resources.yaml': documents.join('---\n'), 'kustomization.yaml': kustomization }
}

const kustomization = `resources: [resources.yaml]
namePrefix: p-
namespace: ns
commonLabels: {team: a}
images:
- name: nginx
  newTag: "2"
patches:
- target: {kind: Deployment}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec:
      template:
        spec:
          containers:
          - name: main
            resources: {limits: {cpu: 100m}}
`

const makers: readonly ((i: number) => string)[] = [
  (i) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${i}
  labels: {app: app-${i}}
spec:
  replicas: 1
  selector: {matchLabels: {app: app-${i}}}
  template:
    metadata: {labels: {app: app-${i}}}
    spec:
      containers:
      - name: main
        image: nginx:1.0
        envFrom:
        - configMapRef: {name: config-${i + 1}}
        ports:
        - containerPort: 80
`,
  (i) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: config-${i}
data:
  a: b
`,
  (i) => `apiVersion: v1
kind: Service
metadata:
  name: service-${i}
spec:
  selector: {app: app-${i - 2}}
  ports:
  - port: 80
`,
  (i) => `apiVersion: v1
kind: Secret
metadata:
  name: secret-${i}
stringData: {x: y}
`,
]
