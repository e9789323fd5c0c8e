/** Admission and custom kinds. Format: see ../../type-docs.ts. */
export const admissionDocs: string = `
admissionregistration.v1.ValidatingWebhookConfiguration: Webhooks that may refuse requests.
admissionregistration.v1.MutatingWebhookConfiguration: Webhooks that may change or refuse requests.
admissionregistration.v1.ValidatingWebhookConfiguration, admissionregistration.v1.MutatingWebhookConfiguration:
  webhooks: The webhooks.
admissionregistration.v1.ValidatingWebhook, admissionregistration.v1.MutatingWebhook: One webhook and what it is asked about.
  admissionReviewVersions: Versions of AdmissionReview that it understands, best first.
  clientConfig: Where it is.
  failurePolicy: Fail (the default) or Ignore when it cannot be asked.
  matchConditions: CEL conditions that must all be true for it to be asked.
  matchPolicy: Equivalent (the default) asks also for other versions of a resource, Exact does not.
  name: Its full name, such as check.example.com.
  namespaceSelector: Namespaces by labels.
  objectSelector: Objects by labels.
  reinvocationPolicy: Never (the default), or IfNeeded when others changed the object later.
  rules: Requests that it is asked about.
  sideEffects: None or NoneOnDryRun: whether asking it does anything else.
  timeoutSeconds: How long it may take, 1 to 30. Default 10.
admissionregistration.v1.WebhookClientConfig, apiextensions.v1.WebhookClientConfig: Where a webhook is; service or url.
  caBundle: Certificates that its own is checked with, in PEM.
  service: A Service in the cluster.
  url: An https address.
admissionregistration.v1.ServiceReference, apiextensions.v1.ServiceReference: A Service with a webhook.
  name: Name of the Service.
  namespace: Its namespace.
  path: Path to ask.
  port: Its port. Default 443.
admissionregistration.v1.RuleWithOperations, admissionregistration.v1.NamedRuleWithOperations, admissionregistration.v1.Rule: Requests by operation and resource.
  apiGroups: API groups; * is all.
  apiVersions: API versions; * is all.
  operations: CREATE, UPDATE, DELETE, CONNECT or * for all.
  resourceNames: Names of objects; all when empty.
  resources: Resources, with /subresource where meant; * is all.
  scope: Cluster, Namespaced or * (the default).
admissionregistration.v1.MatchCondition: A CEL condition.
  expression: The expression, over object, oldObject, request and authorizer.
  name: Its name.
admissionregistration.v1.ValidatingAdmissionPolicy: CEL rules that requests have to meet; in force once bound.
admissionregistration.v1.ValidatingAdmissionPolicyBinding: Puts a ValidatingAdmissionPolicy in force.
admissionregistration.v1.MutatingAdmissionPolicy: Changes to requests, in CEL; in force once bound.
admissionregistration.v1.MutatingAdmissionPolicyBinding: Puts a MutatingAdmissionPolicy in force.
admissionregistration.v1.ValidatingAdmissionPolicySpec: What is checked, and how.
admissionregistration.v1.MutatingAdmissionPolicySpec: What is changed, and how.
admissionregistration.v1.ValidatingAdmissionPolicySpec, admissionregistration.v1.MutatingAdmissionPolicySpec:
  auditAnnotations: Annotations for the audit log.
  failurePolicy: Fail (the default) or Ignore when an expression cannot be evaluated.
  matchConditions: CEL conditions that must all be true.
  matchConstraints: Requests that the policy is for.
  mutations: The changes.
  paramKind: Kind of the objects with parameters.
  reinvocationPolicy: Never, or IfNeeded when others changed the object later.
  validations: The rules.
  variables: Expressions that others can use as variables.name.
admissionregistration.v1.ValidatingAdmissionPolicyStatus: What was last seen of a policy.
  conditions: Conditions of the policy.
  observedGeneration: The generation that this status is about.
  typeChecking: Warnings about its expressions.
admissionregistration.v1.TypeChecking: Warnings about expressions.
  expressionWarnings: The warnings.
admissionregistration.v1.ExpressionWarning: A warning about an expression.
  fieldRef: The field with the expression.
  warning: The warning.
admissionregistration.v1.Validation: A rule in CEL.
  expression: True when the request is fine.
  message: What to say otherwise.
  messageExpression: An expression that gives the message; before message.
  reason: Reason of the refusal. Default Invalid.
admissionregistration.v1.Variable: An expression with a name.
  expression: The expression.
  name: Its name.
admissionregistration.v1.AuditAnnotation: An annotation for the audit log.
  key: End of the annotation’s key.
  valueExpression: An expression that gives its value; null for none.
admissionregistration.v1.ParamKind: A kind of objects with parameters.
  apiVersion: Its API version.
  kind: The kind.
admissionregistration.v1.ParamRef: Objects with parameters; by name or selector.
  name: Name of one object.
  namespace: Their namespace; that of the request when absent.
  parameterNotFoundAction: Allow or Deny when there is none.
  selector: Labels of the objects.
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec, admissionregistration.v1.MutatingAdmissionPolicyBindingSpec: Which policy, for what and with which parameters.
  matchResources: Narrows the requests down.
  paramRef: The parameters.
  policyName: Name of the policy.
  validationActions: Deny, Warn or Audit; Deny and Warn not together.
admissionregistration.v1.MatchResources: Requests.
  excludeResourceRules: Requests to leave out.
  matchPolicy: Equivalent (the default) or Exact.
  namespaceSelector: Namespaces by labels.
  objectSelector: Objects by labels.
  resourceRules: Requests to take.
admissionregistration.v1.Mutation: One change.
  applyConfiguration: A change as an apply configuration.
  jsonPatch: A change as a JSON patch.
  patchType: ApplyConfiguration or JSONPatch.
admissionregistration.v1.ApplyConfiguration, admissionregistration.v1.JSONPatch: A change in CEL.
  expression: An expression that gives the change.
apiextensions.v1.CustomResourceDefinition: Adds a kind to the API.
apiextensions.v1.CustomResourceDefinitionSpec: The kind and its versions.
  conversion: How objects go from one version to another.
  group: API group of the kind.
  names: Names of the kind.
  preserveUnknownFields: Deprecated: must be false; use x-kubernetes-preserve-unknown-fields.
  scope: Namespaced or Cluster.
  versions: The versions.
apiextensions.v1.CustomResourceDefinitionStatus: What was last seen of a definition.
  acceptedNames: Names that it is served under.
  conditions: Established, NamesAccepted and others.
  observedGeneration: The generation that this status is about.
  storedVersions: Versions that were ever stored.
apiextensions.v1.CustomResourceDefinitionNames: Names of a kind.
  categories: Groups of resources that it is part of, such as all.
  kind: The kind, in CamelCase.
  listKind: Kind of lists; the kind with List behind by default.
  plural: The resource, in lower case.
  shortNames: Short names.
  singular: Singular; the kind in lower case by default.
apiextensions.v1.CustomResourceDefinitionVersion: A version of a kind.
  additionalPrinterColumns: Columns of kubectl get.
  deprecated: True: clients are warned.
  deprecationWarning: Text of that warning.
  name: The version, such as v1.
  schema: Schema that objects are checked with.
  selectableFields: Fields for field selectors.
  served: Whether it is served.
  storage: True for the one version that is stored.
  subresources: Its subresources.
apiextensions.v1.CustomResourceColumnDefinition: A column of kubectl get.
  description: What it shows.
  format: Format of its values.
  jsonPath: Where its value is.
  name: Its title.
  priority: Above 0: only shown with -o wide.
  type: integer, number, string, boolean or date.
apiextensions.v1.CustomResourceConversion: How objects go from one version to another.
  strategy: None (only apiVersion changes) or Webhook.
  webhook: The webhook.
apiextensions.v1.WebhookConversion: A webhook that converts objects.
  clientConfig: Where it is.
  conversionReviewVersions: Versions of ConversionReview that it understands.
apiextensions.v1.CustomResourceSubresources: Subresources of a kind.
  scale: Serves scale.
  status: Serves status.
apiextensions.v1.CustomResourceSubresourceScale: Where scale finds its values.
  labelSelectorPath: Where the selector is.
  specReplicasPath: Where the wanted number is.
  statusReplicasPath: Where the actual number is.
apiextensions.v1.CustomResourceSubresourceStatus: Serves status; it has no settings.
apiextensions.v1.CustomResourceValidation: Schema of a version.
  openAPIV3Schema: The schema.
apiextensions.v1.SelectableField: A field for field selectors.
  jsonPath: Where it is.
`
