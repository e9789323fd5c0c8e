import { checkDnsSubdomain } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { pathSegmentFaults } from './names.ts'
import { checkSelector, isUsable } from './selectors.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** The rules of a Role or ClusterRole (pkg/apis/rbac/validation). */
export function checkRole(role: Field, namespaced: boolean): void {
  for (const rule of role.objects('rules')) {
    if (rule.count('verbs') === 0) rule.required('verbs', 'verbs must contain at least one value')
    if (rule.count('nonResourceURLs') > 0) {
      const urls = rule.texts('nonResourceURLs')
      if (namespaced) rule.invalid('nonResourceURLs', urls, 'namespaced rules cannot apply to non-resource URLs')
      if (['apiGroups', 'resources', 'resourceNames'].some((key) => rule.count(key) > 0)) {
        const why = 'rules cannot apply to both regular resources and non-resource URLs'
        rule.invalid('nonResourceURLs', urls, why)
      }
      continue
    }
    if (rule.count('apiGroups') === 0) rule.required('apiGroups', 'resource rules must supply at least one api group')
    if (rule.count('resources') === 0) rule.required('resources', 'resource rules must supply at least one resource')
  }
  const aggregation = namespaced ? undefined : role.object('aggregationRule')
  if (aggregation === undefined) return
  if (aggregation.count('clusterRoleSelectors') === 0) {
    const why = 'at least one clusterRoleSelector required if aggregationRule is non-nil'
    aggregation.required('clusterRoleSelectors', why)
  }
  for (const selector of aggregation.objects('clusterRoleSelectors')) {
    checkSelector(selector, '')
    if (!isUsable(selector.value)) selector.invalid('', null, 'invalid label selector.')
  }
}

/** Role and subjects of a RoleBinding or ClusterRoleBinding. */
export function checkBinding(binding: Field, namespaced: boolean): void {
  const reference = binding.struct('roleRef')
  reference.oneOf('apiGroup', [GROUP])
  reference.oneOf('kind', namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'])
  const name = reference.text('name')
  if (name === '') reference.required('name')
  else reference.faults('name', name, pathSegmentFaults(name))
  for (const subject of binding.objects('subjects')) checkSubject(subject, namespaced)
}

function checkSubject(subject: Field, namespaced: boolean): void {
  const name = subject.text('name')
  if (name === '') subject.required('name')
  switch (subject.text('kind')) {
    case 'ServiceAccount':
      if (name !== '') subject.faults('name', name, checkDnsSubdomain(name))
      subject.oneOf('apiGroup', [''])
      if (!namespaced && subject.text('namespace') === '') subject.required('namespace')
      break
    case 'User':
    case 'Group':
      subject.oneOf('apiGroup', [GROUP])
      break
    default:
      subject.unsupported('kind', subject.text('kind'), ['ServiceAccount', 'User', 'Group'])
  }
}
