/** The types of apiregistration.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const apiregistrationK8sIoV1 = `
enum APIServiceConditionType "Available"
enum ConditionStatus "True" "False" "Unknown"
type APIService
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .APIServiceSpec
  3 status .APIServiceStatus
type APIServiceCondition
  1 type!+ .APIServiceConditionType
  2 status!+ .ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
type APIServiceList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].APIService
type APIServiceSpec
  1 service *.ServiceReference
  2 group string
  3 version string
  4 insecureSkipTLSVerify bool
  5 caBundle bytes list=atomic
  7 groupPriorityMinimum!+ int32
  8 versionPriority!+ int32
type APIServiceStatus
  1 conditions [].APIServiceCondition patch=merge key=type list=map keys=type
type ServiceReference
  1 namespace string
  2 name string
  3 port *int32
`;
