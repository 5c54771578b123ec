/** The types of admissionregistration.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const admissionregistrationK8sIoV1 = `
enum FailurePolicyType "Ignore" "Fail"
enum MatchPolicyType "Exact" "Equivalent"
enum OperationType "*" "CREATE" "UPDATE" "DELETE" "CONNECT"
enum ParameterNotFoundActionType "Allow" "Deny"
enum PatchType "ApplyConfiguration" "JSONPatch"
enum ReinvocationPolicyType "Never" "IfNeeded"
enum ScopeType "Cluster" "Namespaced" "*"
enum SideEffectClass "Unknown" "None" "Some" "NoneOnDryRun"
enum ValidationAction "Deny" "Warn" "Audit"
type ApplyConfiguration
  1 expression string
type AuditAnnotation
  1 key!+ string
  2 valueExpression!+ string
type ExpressionWarning
  2 fieldRef!+ string
  3 warning!+ string
type JSONPatch
  1 expression string
type MatchCondition
  1 name!+ string
  2 expression!+ string
type MatchResources atomic
  1 namespaceSelector *meta/v1.LabelSelector
  2 objectSelector *meta/v1.LabelSelector
  3 resourceRules [].NamedRuleWithOperations list=atomic
  4 excludeResourceRules [].NamedRuleWithOperations list=atomic
  7 matchPolicy *.MatchPolicyType
type MutatingAdmissionPolicy
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .MutatingAdmissionPolicySpec
type MutatingAdmissionPolicyBinding
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .MutatingAdmissionPolicyBindingSpec
type MutatingAdmissionPolicyBindingList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].MutatingAdmissionPolicyBinding
type MutatingAdmissionPolicyBindingSpec
  1 policyName string
  2 paramRef *.ParamRef
  3 matchResources *.MatchResources
type MutatingAdmissionPolicyList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].MutatingAdmissionPolicy
type MutatingAdmissionPolicySpec
  1 paramKind *.ParamKind
  2 matchConstraints *.MatchResources
  3 variables [].Variable list=atomic
  4 mutations [].Mutation list=atomic
  5 failurePolicy *.FailurePolicyType
  6 matchConditions [].MatchCondition patch=merge key=name list=map keys=name
  7 reinvocationPolicy .ReinvocationPolicyType
type MutatingWebhook
  1 name!+ string
  2 clientConfig!+ .WebhookClientConfig
  3 rules [].RuleWithOperations list=atomic
  4 failurePolicy *.FailurePolicyType
  9 matchPolicy *.MatchPolicyType
  5 namespaceSelector *meta/v1.LabelSelector
  11 objectSelector *meta/v1.LabelSelector
  6 sideEffects!+ *.SideEffectClass
  7 timeoutSeconds *int32
  8 admissionReviewVersions!+ []string list=atomic
  10 reinvocationPolicy *.ReinvocationPolicyType
  12 matchConditions [].MatchCondition patch=merge key=name list=map keys=name
type MutatingWebhookConfiguration
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 webhooks [].MutatingWebhook patch=merge key=name list=map keys=name
type MutatingWebhookConfigurationList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].MutatingWebhookConfiguration
type Mutation
  2 patchType!+ .PatchType
  3 applyConfiguration *.ApplyConfiguration
  4 jsonPatch *.JSONPatch
type NamedRuleWithOperations atomic
  1 resourceNames []string list=atomic
  2 ... .RuleWithOperations
type ParamKind atomic
  1 apiVersion string
  2 kind string
type ParamRef atomic
  1 name string
  2 namespace string
  3 selector *meta/v1.LabelSelector
  4 parameterNotFoundAction *.ParameterNotFoundActionType
type Rule
  1 apiGroups []string list=atomic
  2 apiVersions []string list=atomic
  3 resources []string list=atomic
  4 scope *.ScopeType
type RuleWithOperations
  1 operations [].OperationType list=atomic
  2 ... .Rule
type ServiceReference
  1 namespace!+ string
  2 name!+ string
  3 path *string
  4 port *int32
type TypeChecking
  1 expressionWarnings [].ExpressionWarning list=atomic
type ValidatingAdmissionPolicy
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .ValidatingAdmissionPolicySpec
  3 status .ValidatingAdmissionPolicyStatus
type ValidatingAdmissionPolicyBinding
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec+ .ValidatingAdmissionPolicyBindingSpec
type ValidatingAdmissionPolicyBindingList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ValidatingAdmissionPolicyBinding
type ValidatingAdmissionPolicyBindingSpec
  1 policyName+ string
  2 paramRef *.ParamRef
  3 matchResources *.MatchResources
  4 validationActions+ [].ValidationAction list=set
type ValidatingAdmissionPolicyList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ValidatingAdmissionPolicy
type ValidatingAdmissionPolicySpec
  1 paramKind *.ParamKind
  2 matchConstraints *.MatchResources
  3 validations [].Validation list=atomic
  4 failurePolicy *.FailurePolicyType
  5 auditAnnotations [].AuditAnnotation list=atomic
  6 matchConditions [].MatchCondition patch=merge key=name list=map keys=name
  7 variables [].Variable patch=merge key=name list=map keys=name
type ValidatingAdmissionPolicyStatus
  1 observedGeneration int64
  2 typeChecking *.TypeChecking
  3 conditions []meta/v1.Condition list=map keys=type
type ValidatingWebhook
  1 name!+ string
  2 clientConfig!+ .WebhookClientConfig
  3 rules [].RuleWithOperations list=atomic
  4 failurePolicy *.FailurePolicyType
  9 matchPolicy *.MatchPolicyType
  5 namespaceSelector *meta/v1.LabelSelector
  10 objectSelector *meta/v1.LabelSelector
  6 sideEffects!+ *.SideEffectClass
  7 timeoutSeconds *int32
  8 admissionReviewVersions!+ []string list=atomic
  11 matchConditions [].MatchCondition patch=merge key=name list=map keys=name
type ValidatingWebhookConfiguration
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 webhooks [].ValidatingWebhook patch=merge key=name list=map keys=name
type ValidatingWebhookConfigurationList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].ValidatingWebhookConfiguration
type Validation
  1 expression!+ string
  2 message string
  3 reason *meta/v1.StatusReason
  4 messageExpression string
type Variable atomic
  1 name!+ string
  2 expression!+ string
type WebhookClientConfig
  3 url *string
  1 service *.ServiceReference
  2 caBundle bytes
`;
