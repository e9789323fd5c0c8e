import type { BuildScope } from '../context.ts'
import type { StructShape } from '../decode.ts'
import { fail } from '../errors.ts'
import { readResources } from '../factory.ts'
import type { Generator } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

export interface IamPolicyArgs {
  readonly cloud?: string
  readonly namespace?: string
  readonly kubernetesService?: { readonly name?: string; readonly namespace?: string }
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string }
}

export const iamPolicyShape: StructShape = {
  struct: 'IAMPolicyGenerator',
  fields: {
    cloud: 'string',
    kubernetesService: { struct: 'KubernetesService', fields: { name: 'string', namespace: 'string' } },
    serviceAccount: { struct: 'ServiceAccount', fields: { name: 'string', projectId: 'string' } },
  },
}

/** Makes the service account that a workload uses on GKE (IAMPolicyGenerator). */
export function iamPolicyGenerator(scope: BuildScope, args: IamPolicyArgs, step: OriginStep): Generator {
  return {
    generate() {
      if (args.cloud !== 'gke') fail(`cloud provider ${args.cloud ?? ''} not supported yet`)
      const account = args.serviceAccount ?? {}
      const service = args.kubernetesService ?? {}
      const lines = [
        'apiVersion: v1',
        'kind: ServiceAccount',
        'metadata:',
        '  annotations:',
        `    iam.gke.io/gcp-service-account: ${account.name ?? ''}@${account.projectId ?? ''}.iam.gserviceaccount.com`,
        `  name: ${service.name ?? ''}`,
      ]
      // The lines are upstream's, down to the empty ones: a hash of the object depends on them.
      const text = `\n${lines.join('\n')}\n`
      return readResources(service.namespace ? `${text}\n  namespace: ${service.namespace}` : text, step, scope.schema)
    },
  }
}
