/** Access control. Format: see ../../type-docs.ts. */
export const accessDocs: string = `
rbac.v1.Role: Permissions within a namespace.
  rules: What is allowed.
rbac.v1.ClusterRole: Permissions for the whole cluster, or for use by RoleBindings.
  aggregationRule: Puts the rules together from other ClusterRoles.
  rules: What is allowed.
rbac.v1.RoleBinding: Gives the permissions of a role within a namespace.
rbac.v1.ClusterRoleBinding: Gives the permissions of a ClusterRole in the whole cluster.
rbac.v1.RoleBinding, rbac.v1.ClusterRoleBinding:
  roleRef: The role. Cannot be changed.
  subjects: Who gets the permissions.
rbac.v1.PolicyRule: What is allowed on which resources.
rbac.v1.AggregationRule: Which ClusterRoles are put together.
  clusterRoleSelectors: Labels of these ClusterRoles; one selector has to fit.
rbac.v1.RoleRef: Names a role.
  apiGroup: rbac.authorization.k8s.io.
  kind: Role or ClusterRole.
  name: Name of the role.
rbac.v1.Subject: Who gets permissions.
  apiGroup: Empty for a ServiceAccount, else rbac.authorization.k8s.io.
  kind: User, Group or ServiceAccount.
  name: Name of the subject.
  namespace: Namespace of a ServiceAccount.
authentication.v1.TokenReview: Asks who a token belongs to.
authentication.v1.TokenRequest: Asks for a token of a service account.
authentication.v1.SelfSubjectReview: Asks who you are.
authorization.v1.SubjectAccessReview: Asks whether somebody may do something.
authorization.v1.LocalSubjectAccessReview: Asks whether somebody may do something in one namespace.
authorization.v1.SelfSubjectAccessReview: Asks whether you may do something.
authorization.v1.SelfSubjectRulesReview: Asks what you may do in a namespace.
certificates.v1.CertificateSigningRequest: Asks a signer for a certificate.
`
