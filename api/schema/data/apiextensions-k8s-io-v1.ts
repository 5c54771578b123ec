/** The types of apiextensions.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const apiextensionsK8sIoV1 = `
enum ConditionStatus "True" "False" "Unknown"
enum ConversionStrategyType "None" "Webhook"
enum CustomResourceDefinitionConditionType "Established" "NamesAccepted" "NonStructuralSchema" "Terminating" "KubernetesAPIApprovalPolicyConformant" "StorageMigrating"
enum FieldValueErrorReason "FieldValueRequired" "FieldValueDuplicate" "FieldValueInvalid" "FieldValueForbidden"
enum ResourceScope "Cluster" "Namespaced"
type ConversionRequest
  1 uid!+ string
  2 desiredAPIVersion!+ string
  3 objects!+ []RawExtension list=atomic
type ConversionResponse
  1 uid!+ string
  2 convertedObjects!+ []RawExtension list=atomic
  3 result!+ meta/v1.Status
type ConversionReview
  - ... meta/v1.TypeMeta
  1 request *.ConversionRequest
  2 response *.ConversionResponse
type CustomResourceColumnDefinition
  1 name!+ string
  2 type!+ string
  3 format string
  4 description string
  5 priority int32
  6 jsonPath!+ string
type CustomResourceConversion
  1 strategy!+ .ConversionStrategyType
  2 webhook *.WebhookConversion
type CustomResourceDefinition
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .CustomResourceDefinitionSpec
  3 status .CustomResourceDefinitionStatus
type CustomResourceDefinitionCondition
  1 type!+ .CustomResourceDefinitionConditionType
  2 status!+ .ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
  6 observedGeneration int64
type CustomResourceDefinitionList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].CustomResourceDefinition
type CustomResourceDefinitionNames
  1 plural!+ string
  2 singular string
  3 shortNames []string list=atomic
  4 kind!+ string
  5 listKind string
  6 categories []string list=atomic
type CustomResourceDefinitionSpec
  1 group!+ string
  3 names!+ .CustomResourceDefinitionNames
  4 scope!+ .ResourceScope
  7 versions!+ [].CustomResourceDefinitionVersion list=atomic
  9 conversion *.CustomResourceConversion
  10 preserveUnknownFields bool
type CustomResourceDefinitionStatus
  1 conditions! [].CustomResourceDefinitionCondition list=map keys=type
  2 acceptedNames! .CustomResourceDefinitionNames
  3 storedVersions! []string list=atomic
  4 observedGeneration int64
type CustomResourceDefinitionVersion
  1 name!+ string
  2 served!+ bool
  3 storage!+ bool
  7 deprecated bool
  8 deprecationWarning *string
  4 schema *.CustomResourceValidation
  5 subresources *.CustomResourceSubresources
  6 additionalPrinterColumns [].CustomResourceColumnDefinition list=atomic
  9 selectableFields [].SelectableField list=atomic
type CustomResourceSubresourceScale
  1 specReplicasPath!+ string
  2 statusReplicasPath!+ string
  3 labelSelectorPath *string
type CustomResourceSubresourceStatus
type CustomResourceSubresources
  1 status *.CustomResourceSubresourceStatus
  2 scale *.CustomResourceSubresourceScale
type CustomResourceValidation
  1 openAPIV3Schema *.JSONSchemaProps
type ExternalDocumentation
  1 description string
  2 url string
type JSONSchemaProps
  1 id string
  2 $schema string
  3 $ref *string
  4 description string
  5 type string
  6 format string
  7 title string
  8 default *RawExtension
  9 maximum *double
  10 exclusiveMaximum bool
  11 minimum *double
  12 exclusiveMinimum bool
  13 maxLength *int64
  14 minLength *int64
  15 pattern string
  16 maxItems *int64
  17 minItems *int64
  18 uniqueItems bool
  19 multipleOf *double
  20 enum []RawExtension list=atomic
  21 maxProperties *int64
  22 minProperties *int64
  23 required []string list=atomic
  24 items *.JSONSchemaPropsOrArray
  25 allOf [].JSONSchemaProps list=atomic
  26 oneOf [].JSONSchemaProps list=atomic
  27 anyOf [].JSONSchemaProps list=atomic
  28 not *.JSONSchemaProps
  29 properties map:.JSONSchemaProps
  30 additionalProperties *.JSONSchemaPropsOrBool
  31 patternProperties map:.JSONSchemaProps
  32 dependencies map:.JSONSchemaPropsOrStringArray
  33 additionalItems *.JSONSchemaPropsOrBool
  34 definitions map:.JSONSchemaProps
  35 externalDocs *.ExternalDocumentation
  36 example *RawExtension
  37 nullable bool
  38 x-kubernetes-preserve-unknown-fields *bool
  39 x-kubernetes-embedded-resource bool
  40 x-kubernetes-int-or-string bool
  41 x-kubernetes-list-map-keys []string list=atomic
  42 x-kubernetes-list-type *string
  43 x-kubernetes-map-type *string
  44 x-kubernetes-validations [].ValidationRule patch=merge key=rule list=map keys=rule
union JSONSchemaPropsOrArray array
union JSONSchemaPropsOrBool bool
union JSONSchemaPropsOrStringArray stringArray
type SelectableField
  1 jsonPath!+ string
type ServiceReference
  1 namespace!+ string
  2 name!+ string
  3 path *string
  4 port *int32
type ValidationRule
  1 rule!+ string
  2 message string
  3 messageExpression string
  4 reason *.FieldValueErrorReason
  5 fieldPath string
  6 optionalOldSelf *bool
type WebhookClientConfig
  3 url *string
  1 service *.ServiceReference
  2 caBundle bytes
type WebhookConversion
  2 clientConfig *.WebhookClientConfig
  3 conversionReviewVersions!+ []string list=atomic
`;
